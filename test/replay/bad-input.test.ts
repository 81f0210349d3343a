import assert from 'node:assert/strict';
import { rm, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';
import { DurascopeError, type DurascopeErrorCode } from '../../src/core/values/errors';
import type { HistoryEvent } from '../../src/core/history/history';
import type { ReplayRequest } from '../../src/core/ports/replay-worker';
import { openReplay } from '../../src/replay/open-replay';
import type { NodeReplayWorker } from '../../src/workers/node/node-replay-worker';
import { ReplayFixture, v4Files } from './replay-fixture';
import { letTimePass } from '../support/let-time-pass';
import { ManualClock } from '../support/manual-clock';

const base = { EventId: -1, IsPlayed: false, Timestamp: '2024-01-01T00:00:00.0000000Z' };

function requestOf(functionName: string, ...more: HistoryEvent[]): ReplayRequest {
  return {
    instanceId: 'i',
    executionId: 'e',
    functionName,
    history: [
      { ...base, EventType: 'OrchestratorStarted' },
      {
        ...base,
        EventType: 'ExecutionStarted',
        Name: functionName,
        Version: '',
        Input: null,
        OrchestrationInstance: { InstanceId: 'i', ExecutionId: 'e' },
      },
      ...more,
    ],
  };
}

const source = `
const block = () => { require('node:fs').writeSync(1, 'blocks from here\\n'); for (;;); };
df.app.activity('A', { handler: () => 1 });
df.app.orchestration('Good', function* (context) { const x = 5; yield context.df.callActivity('A'); return x; });
df.app.orchestration('Hangs', function* (context) { yield context.df.callActivity('A'); block(); });
df.app.orchestration('HangsAtOnce', function* () { block(); });
df.app.orchestration('Exits', function* () { process.exit(7); });
df.app.orchestration('Throws', function* () { throw new Error('out of order'); });
df.app.orchestration('YieldsNothing', function* () { yield 5; });
df.app.orchestration('Async', async function (context) { await context.df.callActivity('A'); });
df.app.orchestration('AsyncGenerator', async function* (context) { yield context.df.callActivity('A'); });
require('@azure/functions').app.generic('Modern', {
  trigger: { name: 't', type: 'orchestrationTrigger', durableRequiresGrpc: true },
  handler: () => '',
});
df.app.orchestration('Loud', function* (context) {
  fetch('http://localhost:9/').catch((error) => context.log('fetch: ' + error.cause?.message));
  try { require('node:child_process').execSync('echo'); } catch (error) { context.log(error.message); }
  console.log('printed');
  yield context.df.callActivity('A');
});
`;
const scheduled: HistoryEvent = { ...base, EventType: 'TaskScheduled', EventId: 0, Name: 'A', Version: '', Input: null };
const ended: HistoryEvent = { ...base, EventType: 'OrchestratorCompleted' };
const completed: HistoryEvent = { ...base, EventType: 'TaskCompleted', TaskScheduledId: 0, Result: '1' };
const episode: HistoryEvent = { ...base, EventType: 'OrchestratorStarted' };

describe('a replay that cannot go well', () => {
  const fixture = new ReplayFixture();
  afterEach(() => fixture.cleanUp());
  const shared = new ReplayFixture();
  /** Of an app that loads, for all tests that end no process, or end the one that there is. */
  let worker: NodeReplayWorker;
  before(async () => {
    worker = await shared.replayWorker(await shared.apps.copy(null, { files: v4Files(source) }));
  });
  after(() => shared.cleanUp());

  const rejects = (opening: Promise<unknown>, code: DurascopeErrorCode, message: RegExp) =>
    assert.rejects(opening, (error) => {
      assert.ok(DurascopeError.is(error, code), String(error));
      assert.match(error.message, message);
      return true;
    });
  const app = async (text = source, files: Record<string, string> = {}) =>
    fixture.apps.copy(null, { files: { ...v4Files(text), ...files } });

  it('says that an app does not load, and why', async () => {
    const dir = await app('throw new Error("no luck");');
    const worker = await fixture.replayWorker(dir);
    await rejects(openReplay(requestOf('Good'), worker), 'AppInvalid', /index\.js cannot be loaded.*no luck/);
    await rejects(worker.functions(), 'AppInvalid', /no luck/);
    await rejects(
      openReplay(requestOf('Good'), await fixture.replayWorker(path.join(dir, 'nowhere'))),
      'AppInvalid',
      /does not exist/,
    );
  });

  it('loads a mended app again', async () => {
    const dir = await app('throw new Error("no luck");');
    const worker = await fixture.replayWorker(dir);
    await rejects(openReplay(requestOf('Good'), worker), 'AppInvalid', /no luck/);
    await writeFile(path.join(dir, 'index.js'), v4Files(source)['index.js'] ?? '');
    assert.equal((await openReplay(requestOf('Good'), worker)).steps.length, 1);
  });

  it('says that an orchestrator does not exist any more, and which there are', async () => {
    await rejects(openReplay(requestOf('Gone'), worker), 'UnknownFunction', /no orchestrator "Gone".*Good, Hangs/);
    await rejects(openReplay(requestOf('A'), worker), 'UnknownFunction', /no orchestrator "A"/);
  });

  it('says of an entity that entities are not replayed', async () => {
    await rejects(openReplay(requestOf('@counter@a'), worker), 'NotSupported', /@counter@a is an entity.*entity show @counter@a/);
  });

  it('says where orchestrators of durable-functions 4 are replayed', async () => {
    await rejects(
      openReplay(requestOf('Modern'), worker),
      'NotSupported',
      /"Modern" uses durable-functions 4.*Start the emulator/,
    );
  });

  it('says that there is no history, or not the beginning of one', async () => {
    await rejects(openReplay({ ...requestOf('Good'), history: [] }, worker), 'InvalidArgument', /no history yet/);
    await rejects(openReplay({ ...requestOf('Good'), history: [scheduled] }, worker), 'InvalidArgument', /ExecutionStarted/);
  });

  /** A replay that blocks its process: judged once it does. */
  const blocks = async (clock: ManualClock, opening: Promise<unknown>): Promise<unknown> => {
    opening.catch(() => undefined);
    const begun = () => fixture.logs.findIndex(({ message }) => message.includes('blocks from here'));
    while (begun() < 0) await new Promise((resolve) => setTimeout(resolve, 2));
    fixture.logs.splice(0, begun() + 1);
    return letTimePass(clock, opening);
  };

  it('is ended when the code does not come back, and the next one goes on in a new process', async () => {
    const clock = new ManualClock();
    const worker = await fixture.replayWorker(await app(), { watchdogMs: 120_000, watchdogTime: clock });
    await rejects(
      blocks(clock, openReplay(requestOf('HangsAtOnce'), worker)),
      'WorkerHung',
      /replay of the orchestrator "HangsAtOnce".*index\.js/,
    );
    const good = await openReplay(requestOf('Good', scheduled, ended, episode, completed), worker);
    const hangs = openReplay(requestOf('Hangs', scheduled, ended, episode, completed), worker);
    await rejects(blocks(clock, hangs), 'WorkerHung', /"Hangs"/);
    // The process of the first one is gone too: it is opened anew when it is looked into.
    assert.equal((await good.evaluate(0, 0, 'x + 1')).value, '6');
  });

  it('is ended by an expression that does not come back', async () => {
    const clock = new ManualClock();
    const worker = await fixture.replayWorker(await app(), { watchdogMs: 120_000, watchdogTime: clock });
    const timeline = await openReplay(requestOf('Good'), worker);
    const [scope] = await timeline.scopes(0, 0);
    await rejects(letTimePass(clock, timeline.evaluate(0, 0, '(() => { for (;;); })()')), 'WorkerHung', /Good/);
    // What was given out by the process that is gone is not mistaken for something else.
    await rejects(timeline.variables(scope?.reference ?? ''), 'InvalidArgument', /no variable/);
    assert.equal((await timeline.evaluate(0, 0, 'x')).value, '5');
  });

  it('says that the code ended its process', async () => {
    await rejects(openReplay(requestOf('Exits'), worker), 'WorkerExited', /exit code 7/);
  });

  it('shows code that throws, yields what is no task, or is no generator as failed', async () => {
    for (const [name, message] of [
      ['Throws', /out of order/],
      ['YieldsNothing', /Only Task types can be yielded/],
      ['Async', /not a function/],
      ['AsyncGenerator', /yielded data of type undefined/],
    ] as const) {
      const { steps } = await openReplay(requestOf(name), worker);
      assert.equal(steps.at(-1)?.kind, 'failed', name);
      assert.match(steps.at(-1)?.failure?.ErrorMessage ?? '', message);
      assert.deepEqual(steps.at(-1)?.frames, []);
    }
  });

  it('reaches neither the network nor other programs, and keeps what is printed to its step', async () => {
    const { steps } = await openReplay(requestOf('Loud'), worker);
    const lines = steps[0]?.logs.map(({ message }) => message);
    assert.deepEqual(lines, ['Other programs cannot be started from a replay: only recorded results count there.', 'printed']);
  });

  it('refuses a reference or a moment that is none, and everything once it is closed', async () => {
    const timeline = await openReplay(requestOf('Good'), worker);
    await rejects(timeline.variables('nothing'), 'InvalidArgument', /no variable/);
    await rejects(timeline.scopes(-1, 0), 'InvalidArgument', /moments 0 to 0/);
    assert.deepEqual(
      (await timeline.scopes(0, 5)).map(({ name }) => name),
      ['Durable context'],
    );
    await timeline.dispose();
    await timeline.dispose();
    await rejects(timeline.scopes(0, 0), 'Stopped', /closed/);
  });

  it('of a history of another function says where they part', async () => {
    const other: HistoryEvent = { ...scheduled, Name: 'Other' };
    const { divergence } = await openReplay(requestOf('Good', other, ended), worker);
    assert.equal(divergence?.recorded, 'activity Other #0');
    assert.equal(divergence.actual, 'activity A #0');
  });

  describe('with source maps', () => {
    const typescript = `import * as df from 'durable-functions';\nimport type { OrchestrationContext } from 'durable-functions';\n\ninterface Padding { a: string; b: string }\n\ndf.app.orchestration('Typed', function* (context: OrchestrationContext) {\n  const padding: Padding = { a: '', b: '' };\n  yield context.df.callActivity('A', padding); // here\n});\n`;
    const built = async (): Promise<{ dir: string; file: string }> => {
      const dir = await fixture.apps.copy(null, { files: { ...v4Files(''), 'src/typed.ts': typescript } });
      const file = path.join(dir, 'src', 'typed.ts');
      await build({
        entryPoints: [file],
        outfile: path.join(dir, 'index.js'),
        platform: 'node',
        format: 'cjs',
        sourcemap: 'linked',
      });
      return { dir, file };
    };
    const frameIn = async (dir: string) => {
      const { steps } = await openReplay(requestOf('Typed'), await fixture.replayWorker(dir));
      const frame = steps[0]?.frames[0];
      assert.ok(frame);
      return frame;
    };

    it('shows the TypeScript', async () => {
      const { dir, file } = await built();
      const { place, note } = await frameIn(dir);
      assert.deepEqual(place, { file, line: 8, column: 3 });
      assert.equal(note, null);
    });

    it('that the loader keeps apart shows the TypeScript', async () => {
      const dir = await app(
        "require('source-map-support/source-map-support');\nrequire.extensions['.ts'] = require.extensions['.js'];\nrequire('./a.ts');",
        {
          'a.ts': `${'\n'.repeat(40)}require('durable-functions').app.orchestration('Good', function* (context) {\n  yield context.df.callActivity('x');\n});`,
          'node_modules/source-map-support/source-map-support.js':
            'exports.mapSourcePosition = ({ source, line, column }) => ({ source, line: line > 40 ? line - 40 : line, column });',
        },
      );
      const { steps } = await openReplay(requestOf('Good'), await fixture.replayWorker(dir));
      const place = steps[0]?.frames[0]?.place;
      assert.deepEqual([place?.file, place?.line], [path.join(dir, 'a.ts'), 2]);
    });

    it('says that the map is missing', async () => {
      const { dir } = await built();
      await rm(path.join(dir, 'index.js.map'));
      const { place, note } = await frameIn(dir);
      assert.equal(place?.file, path.join(dir, 'index.js'));
      assert.match(note ?? '', /source map of index\.js is missing/);
    });

    it('says that the source is newer than what was built from it, or gone', async () => {
      const { dir, file } = await built();
      const later = new Date(Date.now() + 60_000);
      await utimes(file, later, later);
      assert.match((await frameIn(dir)).note ?? '', /typed\.ts was changed after it was built/);
      await rm(file);
      const { place, note } = await frameIn(dir);
      assert.equal(place?.file, path.join(dir, 'index.js'));
      assert.match(note ?? '', /does not exist/);
    });

    it('says that code built for ES5 does not tell where it stands, and shows the rest', async () => {
      const es5 = `
var __generator = function () { var n = 0; return { next: function (v) { n++; return n === 1 ? { done: false, value: __df.callActivity('A') } : { done: true, value: v }; } }; };
var __df;
df.app.activity('A', { handler: function () { return 1; } });
df.app.orchestration('Typed', function (context) { __df = context.df; return __generator(); });`;
      const worker = await fixture.replayWorker(await app(es5));
      const timeline = await openReplay(requestOf('Typed', scheduled, ended, episode, completed), worker);
      assert.deepEqual(
        timeline.steps.map(({ kind }) => kind),
        ['started', 'completed'],
      );
      const first = timeline.steps[0];
      assert.ok(first);
      assert.equal(first.frames[0]?.place, null);
      assert.match(String(first.frames[0].note), /ES5/);
      assert.equal(first.pending.at(0)?.name, 'A');
    });
  });
});
