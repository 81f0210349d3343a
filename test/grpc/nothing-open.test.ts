import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { HistoryEvent, HistoryEventType } from '../../src/core/history/history';
import type { EpisodeOutcome } from '../../src/core/ports/function-worker';
import type { LogEntry } from '../../src/core/ports/logger';
import { type OrchestratorAction, OrchestratorResponse } from '../../src/wire/generated/task-hub-sidecar';
import { PassthroughWorker } from '../../src/grpc/passthrough-worker';
import { nothingDecided } from './nothing-decided';
import { mayAwaitEvents } from '../../src/workers/rpc/dotnet/awaited-events';

const event = (EventType: HistoryEventType, fields: Record<string, unknown> = {}): HistoryEvent =>
  ({ EventType, EventId: -1, IsPlayed: false, Timestamp: '2024-01-01T00:00:00.0000000Z', ...fields }) as HistoryEvent;
const scheduled = event('TaskScheduled', { EventId: 0, Name: 'A', Version: '', Input: null });
const done = event('TaskCompleted', { TaskScheduledId: 0, Result: null });

/** Of a worker that asks for nothing, or for what `action` says. */
async function asked(
  awaitsEvents: boolean | undefined,
  history: HistoryEvent[],
  newEvents: HistoryEvent[],
  action?: OrchestratorAction,
): Promise<{ outcome: EpisodeOutcome; logs: LogEntry[] }> {
  const logs: LogEntry[] = [];
  const actions = action === undefined ? [] : [action];
  const answer = OrchestratorResponse.encode({ ...nothingDecided, instanceId: 'i', actions }).finish();
  const worker = new PassthroughWorker(
    {
      ...(awaitsEvents === undefined ? {} : { awaitsEvents }),
      runEncoded: () => Promise.resolve({ ok: true, answer: Buffer.from(answer).toString('base64') }),
      runActivity: () => assert.fail('no activity'),
    },
    [{ name: 'O', type: 'orchestrator', triggerType: 'orchestrationTrigger', profile: 'G' }],
    { log: (entry) => logs.push(entry), terminate: () => undefined },
  );
  const outcome = await worker.runEpisode({ instanceId: 'i', executionId: 'e', name: 'O', history, newEvents });
  return { outcome, logs };
}

describe('an orchestrator that has asked for nothing that is still to come', () => {
  it('is told to await what nothing ends, where the app waits for external events nowhere', async () => {
    const { outcome, logs } = await asked(false, [event('OrchestratorStarted'), scheduled], [event('OrchestratorStarted'), done]);
    assert.match(
      outcome.stuck ?? '',
      /awaits something that is not of its context \(Task\.Delay, HttpClient …\): nothing ever wakes it/,
    );
    assert.deepEqual(
      logs.map(({ level, instanceId, functionName }) => [level, instanceId, functionName]),
      [['warning', 'i', 'O']],
    );
    assert.match(logs[0]?.message ?? '', /'O' does not go on\. Its code has asked for nothing/);
  });

  it('may wait for an event otherwise', async () => {
    for (const may of [true, undefined]) {
      const { outcome, logs } = await asked(may, [scheduled], [done]);
      assert.equal(outcome.stuck, undefined);
      assert.deepEqual(logs, []);
    }
  });

  it('is none that asks for something now, has something open, or is suspended', async () => {
    const timer: OrchestratorAction = {
      id: 1,
      orchestratorActionType: { $case: 'createTimer', value: { fireAt: { seconds: 0, nanos: 0 } } },
    };
    assert.equal((await asked(false, [scheduled], [done], timer)).outcome.stuck, undefined);
    const other = event('TaskScheduled', { EventId: 1, Name: 'B', Version: '', Input: null });
    assert.equal((await asked(false, [scheduled, other], [done])).outcome.stuck, undefined);
    assert.equal((await asked(false, [scheduled], [event('ExecutionSuspended'), done])).outcome.stuck, undefined);
  });
});

describe('whether a built C# app may wait for external events', () => {
  it('is told by the names in its own assemblies', async () => {
    const dir = await mkdtemp(path.join(tmpdir(), 'durascope-awaited-'));
    try {
      assert.equal(await mayAwaitEvents(dir, 'app.dll'), true, 'nothing is known');
      await writeFile(path.join(dir, 'Microsoft.DurableTask.Abstractions.dll'), 'WaitForExternalEvent');
      await writeFile(path.join(dir, 'app.pdb'), 'WaitForExternalEvent');
      await writeFile(path.join(dir, 'app.dll'), 'CallActivityAsync');
      assert.equal(await mayAwaitEvents(dir, 'app.dll'), false);
      await writeFile(path.join(dir, 'helpers.dll'), '\0WaitForExternalEvent\0');
      assert.equal(await mayAwaitEvents(dir, 'app.dll'), true);
      assert.equal(await mayAwaitEvents(path.join(dir, 'gone'), 'app.dll'), true);
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  });

  it('is told of assemblies of the app that are called like those of the platform', async () => {
    const dir = await mkdtemp(path.join(tmpdir(), 'durascope-awaited-'));
    try {
      await writeFile(path.join(dir, 'Azure.Core.dll'), 'WaitForExternalEvent');
      await writeFile(path.join(dir, 'Azure.Shop.dll'), 'CallActivityAsync');
      assert.equal(await mayAwaitEvents(dir, 'Azure.Shop.dll'), false);
      await writeFile(path.join(dir, 'Azure.Shop.dll'), 'WaitForExternalEvent');
      assert.equal(await mayAwaitEvents(dir, 'Azure.Shop.dll'), true, 'its own');
      await writeFile(path.join(dir, 'Azure.Shop.dll'), 'CallActivityAsync');
      await writeFile(path.join(dir, 'Microsoft.Shop.Orders.dll'), 'WaitForExternalEvent');
      assert.equal(await mayAwaitEvents(dir, 'Azure.Shop.dll'), false);
      const libraries = { 'Microsoft.Shop.Orders/1.0.0': { type: 'project' }, 'Azure.Core/1.47.3': { type: 'package' } };
      await writeFile(path.join(dir, 'Azure.Shop.deps.json'), JSON.stringify({ libraries }, null, 2));
      assert.equal(await mayAwaitEvents(dir, 'Azure.Shop.dll'), true, 'of a project that it refers to');
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  });
});
