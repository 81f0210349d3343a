/** What a worker is told in extended sessions (spec/functionrpc-workers.md 3). */
import assert from 'node:assert/strict';
import type { HistoryEvent } from '../../src/core/history/history';
import type { EpisodeRequest } from '../../src/core/ports/function-worker';
import type { EncodedAnswer } from '../../src/core/ports/passthrough-host';
import { OrchestratorRequest, OrchestratorResponse } from '../../src/wire/generated/task-hub-sidecar';
import { PassthroughWorker } from '../../src/grpc/passthrough-worker';
import { nothingDecided } from './nothing-decided';

const marks = { EventId: -1, IsPlayed: false, Timestamp: '2026-01-01T00:00:00.000000Z' };
const raised = (Name: string): HistoryEvent => ({ ...marks, EventType: 'EventRaised', Name, Input: null });

/** Its answers, `null` for a process that is gone, and what it was asked: [IncludeState, past events, new events]. */
class Process {
  readonly asked: [unknown, number, number][] = [];
  answers: (Partial<OrchestratorResponse> | null)[] = [];
  readonly worker: PassthroughWorker;

  constructor(sessionSeconds: number | null) {
    const runEncoded = ({ request, instanceId }: { request: Uint8Array; instanceId: string }): Promise<EncodedAnswer> => {
      const { properties, pastEvents, newEvents } = OrchestratorRequest.decode(request);
      this.asked.push([properties['IncludeState'], pastEvents.length, newEvents.length]);
      if (sessionSeconds !== null) {
        assert.deepEqual(
          [properties['IsExtendedSession'], properties['ExtendedSessionIdleTimeoutInSeconds']],
          [true, sessionSeconds],
        );
      }
      const answer = this.answers.length === 0 ? {} : this.answers.shift();
      if (answer == null) return Promise.reject(new Error('gone'));
      const bytes = OrchestratorResponse.encode({ ...nothingDecided, instanceId, ...answer }).finish();
      return Promise.resolve({ ok: true, answer: Buffer.from(bytes).toString('base64') });
    };
    const runActivity = (): never => assert.fail('no activity');
    this.worker = new PassthroughWorker(
      { sessionSeconds, runEncoded, runActivity },
      [{ name: 'Waits', type: 'orchestrator', triggerType: 'orchestrationTrigger', profile: 'G' }],
      { log: () => undefined, terminate: () => undefined },
    );
  }

  episode(
    history: readonly HistoryEvent[],
    newEvents: HistoryEvent[],
    executionId = 'run',
  ): ReturnType<PassthroughWorker['runEpisode']> {
    const request: EpisodeRequest = { instanceId: 'i', executionId, name: 'Waits', history, newEvents };
    return this.worker.runEpisode(request);
  }
}

describe('extended sessions', () => {
  it('tell the history once, and then what is new', async () => {
    const process = new Process(30);
    const history: HistoryEvent[] = [];
    for (const name of ['a', 'b', 'c']) {
      const told = [raised(name)];
      await process.episode(history, told);
      // What the code decided stands after it.
      history.push(...told, raised(`after ${name}`));
    }
    assert.deepEqual(process.asked, [
      [true, 0, 1],
      [false, 0, 1],
      [false, 0, 1],
    ]);
  });

  it('tell it again where the worker has forgotten it', async () => {
    const process = new Process(30);
    const first = raised('a');
    await process.episode([], [first]);
    process.answers = [{ requiresHistory: true }, {}];
    await process.episode([first], [raised('b')]);
    assert.deepEqual(process.asked.slice(1), [
      [false, 0, 1],
      [true, 1, 1],
    ]);
  });

  it('tell it again where the answer was lost, the history is another, or the instance is over', async () => {
    const process = new Process(30);
    const first = raised('a');
    const lost = raised('b');
    await process.episode([], [first]);
    process.answers = [null];
    await assert.rejects(process.episode([first], [lost]));
    await process.episode([first], [lost]);
    await process.episode([first, raised('b')], [raised('c')]);
    await process.episode([first, lost], [raised('c')], 'another run');
    process.worker.forget('i');
    await process.episode([first], [lost]);
    assert.deepEqual(
      process.asked.map(([includesState]) => includesState),
      [true, false, true, true, true, true],
    );
  });

  it('are off unless the app has them on', async () => {
    const process = new Process(null);
    const first = raised('a');
    await process.episode([], [first]);
    await process.episode([first], [raised('b')]);
    assert.deepEqual(process.asked, [
      [undefined, 0, 1],
      [undefined, 1, 1],
    ]);
  });
});
