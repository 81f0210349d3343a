/** Ids that an orchestrator chooses go through the real package in the real worker, and everything above reaches them (spec/engine.md 2.10.16). */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runCommandLine } from '../../src/cli/run-command-line';
import { toHistoryRows } from '../../src/core/history/history-rows';
import { isTerminal } from '../../src/core/values/status';
import { exportPieces, readExportFile } from '../../src/emulator/transfer/export-file';
import { SystemClock } from '../../src/emulator/time/system-clock';
import { Engine } from '../../src/engine/engine';
import { createHttpApp } from '../../src/http/http-app';
import { type HttpServer, startHttpServer } from '../../src/http/http-server';
import { SqlJsHistoryStore } from '../../src/store/sql-js-history-store';
import { historyDocument } from '../../src/protocol/history-document';
import { instanceItem } from '../../src/vscode/models/instance-item';
import { WorkerFixture, type RunningApp } from './worker-fixture';
import { ToldTerminal } from '../support/told-terminal';
import { useHome } from '../support/use-home';

const ids = ['a/b', 'a#b?c=d&e', 'sp ace', '%2F', 'ü-名-😀', 'x'.repeat(300), '..', '\\back', 'q"uote', 'at@in'];
const key = 'a key+/=';

const files = {
  'package.json': '{"main": "a.js"}',
  'a.js': `const df = require('durable-functions');
const seen = new Set();
df.app.orchestration('child', function* (context) { return context.df.instanceId; });
df.app.orchestration('flaky', function* (context) {
  if (!seen.has(context.df.instanceId)) { seen.add(context.df.instanceId); throw new Error('not yet'); }
  return context.df.instanceId;
});
df.app.orchestration('at', function* (context) { return yield context.df.callSubOrchestrator('child', null, '@cell@x'); });
df.app.orchestration('parent', function* (context) {
  const out = [];
  for (const id of context.df.getInput()) {
    const entity = new df.EntityId('cell', id);
    out.push(yield context.df.callSubOrchestrator('child', null, id));
    out.push(yield context.df.callSubOrchestratorWithRetry('flaky', new df.RetryOptions(1, 3), null, 'again ' + id));
    context.df.signalEntity(entity, 'add', 'signalled');
    const lock = yield context.df.lock(entity);
    yield context.df.callEntity(entity, 'add', id);
    lock.release();
    out.push(yield context.df.callEntity(entity, 'get'));
  }
  return out;
});
df.app.entity('cell', (context) => {
  const list = context.df.getState(() => []);
  if (context.df.operationName === 'add') context.df.setState([...list, context.df.getInput()]);
  else context.df.return({ key: context.df.entityKey ?? context.df.entityId.key, list });
});`,
};

describe('ids that an orchestrator chooses, with durable-functions 3.5.0', () => {
  const fixture = new WorkerFixture();
  let home = '';
  let leaveHome = (): void => undefined;
  let app: RunningApp;
  let engine: Engine;
  let server: HttpServer;
  let url = '';
  before(async () => {
    home = await mkdtemp(path.join(tmpdir(), 'durascope-ids-'));
    leaveHome = useHome(home);
    app = await fixture.start(null, { files });
    const log = (): void => undefined;
    const clock = new SystemClock();
    const store = new SqlJsHistoryStore({ dir: null, log });
    engine = new Engine({ store, clock, log, newId: () => randomUUID().replaceAll('-', '') }, {});
    await engine.open();
    engine.setWorker(app.worker);
    const settings = { hubName: 'Hub', routePrefix: 'api', key, rpcToken: 'rpc', version: '1', appDir: app.dir, dataDir: null };
    const functions = () => app.worker.functions();
    const httpApp = createHttpApp({
      hub: engine,
      functions,
      triggers: app.worker,
      log,
      clock,
      settings: { ...settings, origin: () => url },
    });
    server = await startHttpServer(httpApp, { port: 0, host: '127.0.0.1' });
    url = `http://localhost:${server.port}`;
    await engine.start({ name: 'parent', input: JSON.stringify(ids), instanceId: 'parent' });
    await engine.waitForCompletion('parent', 30_000);
  });
  after(async () => {
    await server.stop();
    await engine.stop();
    await fixture.cleanUp();
    leaveHome();
    await rm(home, { recursive: true, force: true });
  });

  it('run: children, retried children, signals, locks and calls of entities', async () => {
    const row = await engine.get('parent');
    assert.equal(row?.runtimeStatus, 'Completed', row?.output ?? '');
    const expected = ids.flatMap((id) => [id, `again ${id}`, { key: id, list: ['signalled', id] }]);
    assert.deepEqual(JSON.parse(row.output ?? 'null'), expected);
  });

  for (const id of ids) {
    it(`are reached by everything above: ${JSON.stringify(id.slice(0, 20))}`, async () => {
      for (const instanceId of [id, `again ${id}`, `@cell@${id}`]) {
        const row = await engine.get(instanceId);
        assert.ok(row !== undefined, instanceId);
        if (instanceId !== '..') {
          // As the extension does, the address is decoded three times, and no slash is part of a segment, however it is escaped.
          const segment = [1, 2, 3].reduce((text) => encodeURIComponent(text), instanceId);
          const address = `${url}/runtime/webhooks/durabletask/instances/${segment}`;
          const answer = await fetch(`${address}?showHistory=true&code=${encodeURIComponent(key)}`);
          if (instanceId.includes('/')) assert.equal(answer.status, 404);
          else assert.equal(((await answer.json()) as { instanceId: string }).instanceId, instanceId);
        }
        for (const command of ['show', 'history']) {
          const terminal = new ToldTerminal(80);
          const code = await runCommandLine([command, instanceId, '--url', url, '--key', key, '--json'], '1', terminal);
          assert.equal(code, 0, terminal.warned);
          const shown = JSON.parse(terminal.printed) as { instanceId?: string };
          if (command === 'show') assert.equal(shown.instanceId, instanceId);
        }
        const history = await engine.history(instanceId);
        assert.ok(toHistoryRows(history, row.executionId, 'display').length > 0 || instanceId.startsWith('@'));
        const text = await historyDocument(row, (from, count) => engine.history(instanceId, from, count));
        assert.equal((JSON.parse(text) as { instance: { instanceId: string } }).instance.instanceId, instanceId);
        assert.ok(instanceItem(row, Date.now(), 'flat').label !== '');
      }
    });
  }

  it('are the children of their parent in lists, and come through an export', async () => {
    const { instances } = await engine.query({ parentInstanceId: 'parent', pageSize: 100 });
    assert.deepEqual(instances.map(({ instanceId }) => instanceId).sort(), ids.flatMap((id) => [id, `again ${id}`]).sort());
    const all = ['parent', ...instances.map(({ instanceId }) => instanceId), ...ids.map((id) => `@cell@${id}`)];
    let text = '';
    for await (const piece of exportPieces(engine, all, '2026-01-01T00:00:00.000Z')) text += piece;
    assert.deepEqual(
      readExportFile(text)
        .map(({ instance }) => instance.instanceId)
        .sort(),
      all.sort(),
    );
  });

  it('of children do not begin with @: those are entities', async () => {
    await engine.start({ name: 'at', input: null, instanceId: 'at' });
    const row = await engine.waitForCompletion('at', 20_000);
    assert.ok(isTerminal(row.runtimeStatus));
    assert.equal(row.runtimeStatus, 'Failed');
    assert.match(row.output ?? '', /'@cell@x' starts with '@', which is reserved for entities/);
  });
});
