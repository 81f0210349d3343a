import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { HistoryEvent } from '../../src/core/history/history';
import { firstEvents, timestamp, WorkerFixture, type RunningApp } from './worker-fixture';

describe('(h) hooks', () => {
  const fixture = new WorkerFixture();
  let app: RunningApp;
  before(async () => {
    app = await fixture.start('hooks');
  });
  after(() => fixture.cleanUp());

  it('before an invocation may replace its inputs', async () => {
    assert.equal(await app.result('changedInput', 'given'), 'changed');
  });

  it('before an invocation may replace the function', async () => {
    assert.equal(await app.result('changedHandler', 'given'), 'other handler got given');
  });

  it('after an invocation may replace the result, and share data with those before', async () => {
    assert.equal(await app.result('changedResult', 'given'), 'given and pre,post');
  });

  it('after an invocation may take an error away, or bring one', async () => {
    assert.equal(await app.result('rescued'), 'rescued from trouble');
    const outcome = await app.activity('doomed', 1);
    assert(!outcome.ok);
    assert.match(outcome.reason, /the hook says no/);
  });

  it('cannot replace what is read-only', async () => {
    assert.equal(await app.result('readOnly', 'given'), "Cannot assign to read only property 'hookData'");
  });

  it('of the log may change lines and drop them', async () => {
    await app.activity('talks');
    await app.logged('loud');
    const lines = app.logs.filter((entry) => entry.functionName === 'talks').map((entry) => entry.message);
    assert.deepEqual(lines, ['***', 'loud']);
  });

  it('are around orchestrators too, and these still run to their end', async () => {
    const history: HistoryEvent[] = [];
    const answered = (taskId: number, second: number): HistoryEvent[] => {
      const base = { EventId: -1, IsPlayed: false, Timestamp: timestamp(second) };
      return [
        { ...base, EventType: 'OrchestratorStarted' },
        { ...base, EventType: 'TaskCompleted', TaskScheduledId: taskId, Result: '20' },
      ];
    };
    const scheduled = (taskId: number, second: number): HistoryEvent[] => {
      const base = { IsPlayed: false, Timestamp: timestamp(second) };
      return [
        { ...base, EventId: taskId, EventType: 'TaskScheduled', Name: 'plain', Version: '', Input: null },
        { ...base, EventId: -1, EventType: 'OrchestratorCompleted' },
      ];
    };
    const run = async (newEvents: HistoryEvent[]) => {
      const outcome = await app.worker.runEpisode({ instanceId: 'h', executionId: 'e-h', name: 'two', history, newEvents });
      history.push(...newEvents);
      return outcome.decisions;
    };
    assert.equal((await run(firstEvents('two', null, 'h')))[0]?.type, 'ScheduleTask');
    history.push(...scheduled(0, 1));
    assert.equal((await run(answered(0, 2)))[0]?.type, 'ScheduleTask');
    history.push(...scheduled(1, 3));
    const [end] = await run(answered(1, 4));
    assert(end?.type === 'CompleteOrchestration');
    assert.equal(end.result, '40');
  });

  it('at the end of the app run before its process goes', async () => {
    const dir = await fixture.copy('hooks');
    const file = path.join(dir, 'terminated.txt');
    const other = await fixture.start('hooks', { env: { TERMINATE_FILE: file } });
    await other.worker.stop();
    assert.equal(await readFile(file, 'utf8'), 'terminated');
  });
});
