import assert from 'node:assert/strict';
import { DurascopeError } from '../../src/core/values/errors';
import type { HistoryEvent } from '../../src/core/history/history';
import { firstEvents, timestamp, WorkerFixture } from '../workers/worker-fixture';

const files = {
  'package.json': '{"main": "a.js"}',
  'a.js': `const df = require('durable-functions');
df.app.activity('logs', { handler: (mb) => { const line = 'x'.repeat(1024 * 1024 - 1); for (let i = 0; i < mb; i++) console.log(line); return mb; } });
df.app.activity('oneLine', { handler: () => { console.log('y'.repeat(300 * 1024 * 1024)); return 1; } });
df.app.activity('large', { handler: (mb) => 'x'.repeat(mb * 1024 * 1024) });
df.app.activity('fine', { handler: () => 'fine' });
df.app.orchestration('waits', function* (context) {
  const first = yield context.df.waitForExternalEvent('go');
  const second = yield context.df.waitForExternalEvent('go');
  const third = yield context.df.waitForExternalEvent('go');
  return first.length + second.length + third.length;
});`,
};

describe('messages of any size between an app and the emulator', function () {
  this.timeout(120_000);
  const fixture = new WorkerFixture();
  afterEach(() => fixture.cleanUp());

  it('600 MB of log in one turn end neither side', async () => {
    const app = await fixture.start(null, { files, watchdogMs: 60_000 });
    const { pid } = app.worker;
    let taken = 0;
    const keep = app.logs.push.bind(app.logs);
    app.logs.push = (entry) => {
      taken += entry.message.length;
      return entry.message.length > 1000 ? 0 : keep(entry);
    };
    assert.equal(await app.result('logs', 600), 600);
    await app.activity('fine');
    assert.equal(app.worker.pid, pid);
    assert(taken > 100_000_000, `${taken} characters were taken`);
    const note = await app.logged('lines were left out here');
    assert.equal(note.level, 'warning');
    assert.equal(await app.result('oneLine'), 1);
    assert.equal(app.worker.pid, pid);
  });

  it('an answer that is too large fails its invocation, with the limit, and nothing else', async () => {
    const app = await fixture.start(null, { files, watchdogMs: 60_000 });
    const { pid } = app.worker;
    const other = app.activity('fine');
    await assert.rejects(app.activity('large', 200), (error) => {
      assert(DurascopeError.is(error, 'WorkFailed'));
      assert.match(error.message, /it has 20\d MB, and at most 128 MB can be sent at once/);
      return true;
    });
    assert.deepEqual(await other, { ok: true, result: '"fine"' });
    assert.equal(((await app.result('large', 100)) as string).length, 100 * 1024 * 1024);
    assert.equal(app.worker.pid, pid);
  });

  it('an input that is too large likewise', async () => {
    const app = await fixture.start(null, { files, watchdogMs: 60_000 });
    await assert.rejects(app.activity('fine', 'x'.repeat(200 * 1024 * 1024)), (error) => {
      assert(DurascopeError.is(error, 'WorkFailed'));
      assert.match(error.message, /What is handed to 'fine' cannot be sent to the app's process: it has 20\d MB/);
      return true;
    });
    assert.equal(await app.result('fine'), 'fine');
  });

  it('a history that no one text could hold is handed over in parts', async () => {
    const app = await fixture.start(null, { files, watchdogMs: 60_000 });
    const input = JSON.stringify('z'.repeat(100 * 1024 * 1024));
    const base = { EventId: -1, IsPlayed: false, Timestamp: timestamp(1) };
    const raised = (): HistoryEvent => ({ ...base, EventType: 'EventRaised', Name: 'go', Input: input });
    const filler = (): HistoryEvent => ({ ...base, EventType: 'EventRaised', Name: 'other', Input: input });
    const history: HistoryEvent[] = [...firstEvents('waits', null, 'big'), { ...base, EventType: 'OrchestratorCompleted' }];
    for (const events of [
      [raised(), filler()],
      [raised(), filler()],
    ]) {
      history.push({ ...base, EventType: 'OrchestratorStarted' }, ...events, { ...base, EventType: 'OrchestratorCompleted' });
    }
    const outcome = await app.worker.runEpisode({
      instanceId: 'big',
      executionId: 'e-big',
      name: 'waits',
      history,
      newEvents: [{ ...base, EventType: 'OrchestratorStarted' }, filler(), raised()],
    });
    const [end] = outcome.decisions;
    assert(end?.type === 'CompleteOrchestration');
    assert.equal(end.result, String(3 * 100 * 1024 * 1024));
  });
});
