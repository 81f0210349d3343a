import assert from 'node:assert/strict';
import path from 'node:path';
import { emulatorOptions, readSettings } from '../../src/vscode/models/emulator-settings';
import { parseStartTime } from '../../src/vscode/models/start-time';
import { logLine, outputLogger } from '../../src/vscode/editor/output-log';
import { panelPage } from '../../src/vscode/panels/panel-page';

const appDir = path.resolve('/app');
const settings = (given: Record<string, unknown> = {}) => readSettings((name) => given[name]);

describe('settings', () => {
  it('of the wrong kind count as not set', () => {
    const read = settings({ port: 'http', storage: 'cloud', env: [1], watchdogMs: -1 });
    assert.deepEqual([read.port, read.storage, read.env, read.watchdogMs], [null, 'disk', {}, 10_000]);
  });

  it('become options of the emulator: a folder within the app, the port of the app unless chosen', () => {
    const options = emulatorOptions(settings({ dataFolder: 'data', nodePath: '/opt/node' }), appDir, {}, true);
    assert.deepEqual(
      [options.dataDir, options.port, options.nodePath, options.env],
      [path.join(appDir, 'data'), undefined, '/opt/node', {}],
    );
    assert.equal(emulatorOptions(settings({ port: 7072 }), appDir, {}, false).port, 7072);
    assert.equal(emulatorOptions(settings({ port: 7072 }), appDir, { port: 7080 }, false).port, 7080);
  });

  it('keep nothing on disk when asked', () => {
    const options = emulatorOptions(settings({ storage: 'memory' }), appDir, {}, false);
    assert.deepEqual([options.memory, options.dataDir], [true, undefined]);
  });

  it('choose which ids clients may give and when durable timers come due', () => {
    const chosen = (given: Record<string, unknown>) => {
      const { clientIdRules, durableTimers } = emulatorOptions(settings(given), appDir, {}, false);
      return [clientIdRules, durableTimers];
    };
    assert.deepEqual(chosen({}), ['documents', 'exact']);
    assert.deepEqual(chosen({ clientIdRules: 'engine', durableTimers: 'engine' }), ['engine', 'engine']);
    assert.deepEqual(chosen({ clientIdRules: 'any', durableTimers: 1 }), ['documents', 'exact']);
  });

  it('turn the watchdog off while debugging', () => {
    assert.equal(emulatorOptions(settings(), appDir, { inspectPort: 9229 }, false).watchdogMs, 0);
    const waiting = emulatorOptions(settings(), appDir, { inspectPort: 9229, waitForDebugger: true }, false);
    assert.equal(waiting.waitForDebugger, true);
  });

  it('let an editor that is no Node.js play one', () => {
    assert.deepEqual(emulatorOptions(settings({ env: { A: '1' } }), appDir, {}, true).env, { ELECTRON_RUN_AS_NODE: '1', A: '1' });
  });
});

describe('a time to start at', () => {
  const now = Date.parse('2024-01-01T00:00:00Z');
  it('is at once, after a while, or a moment', () => {
    assert.deepEqual(parseStartTime(' ', now), { atMs: null });
    assert.deepEqual(parseStartTime('10m', now), { atMs: now + 600_000 });
    assert.deepEqual(parseStartTime('1.5 h', now), { atMs: now + 5_400_000 });
    assert.deepEqual(parseStartTime('2024-01-02T00:00:00Z', now), { atMs: now + 86_400_000 });
  });
  it('is refused when it is over or no time', () => {
    assert.match((parseStartTime('2023-01-01', now) as { problem: string }).problem, /over/);
    assert.match((parseStartTime('tomorrow', now) as { problem: string }).problem, /10m/);
  });
});

describe('texts', () => {
  it('a log line says who speaks, at its level', () => {
    const lines: string[] = [];
    const note = (level: string) => (line: string) => void lines.push(`${level} ${line}`);
    const log = outputLogger({
      trace: note('trace'),
      debug: note('debug'),
      info: note('info'),
      warn: note('warn'),
      error: note('error'),
    });
    log({ level: 'information', category: 'engine', message: 'up' });
    log({ level: 'critical', category: 'user', message: 'm', functionName: 'F', instanceId: 'i' });
    assert.deepEqual(lines, ['info [engine] up', 'error [F i] m']);
    assert.equal(logLine({ level: 'debug', category: 'store', message: 'x' }), '[store] x');
  });

  it('the page of a panel runs one script only, and holds no data but what was chosen in panels before', () => {
    const page = panelPage({
      panel: 'instance',
      script: 'https://x/a.js',
      style: 'https://x/a.css',
      cspSource: 'https://x',
      nonce: 'N',
      title: '<b>"&',
      preferences: { historyView: '">x' },
    });
    assert.match(page, /default-src 'none'; script-src 'nonce-N'; style-src https:\/\/x;/);
    assert.ok(!page.includes('unsafe-'));
    assert.ok(page.includes('<title>&lt;b&gt;&quot;&amp;</title>'));
    assert.ok(page.includes('data-preferences="{&quot;historyView&quot;:&quot;\\&quot;&gt;x&quot;}"'));
    assert.equal(page.match(/<script/g)?.length, 1);
  });
});
