import assert from 'node:assert/strict';
import { SystemClock } from '../../src/emulator/time/system-clock';
import type { HistoryChunk } from '../../src/wire/generated/task-hub-sidecar';
import type { Timestamp } from '../../src/wire/generated/google/protobuf/timestamp';
import { historyTime } from '../../src/grpc/proto-time';
import { GrpcFixture } from './grpc-fixture';
import { completion, scheduleTask, StubClient, StubWorker } from './stub-worker';

describe('what clients of the protocol read', () => {
  let fixture: GrpcFixture;
  let worker: StubWorker;

  beforeEach(async () => {
    fixture = await GrpcFixture.start();
    worker = new StubWorker(new StubClient(fixture.address));
  });
  afterEach(async () => {
    worker.cancel();
    worker.client.close();
    await fixture.stop();
  });

  const createdTime = async (instanceId: string): Promise<Timestamp> => {
    const { orchestrationState } = await worker.client.call('getInstance', { instanceId, getInputsAndOutputs: false });
    assert.ok(orchestrationState?.createdTimestamp);
    return orchestrationState.createdTimestamp;
  };

  it('a history has the event ids of the Durable Task Scheduler: 0 for the start, those of actions, else -1', async () => {
    const instanceId = await worker.client.start('o');
    const first = await worker.orchestrator();
    assert.deepEqual(
      first.newEvents.map((event) => event.eventId),
      [-1, 0],
    );
    await worker.answer(first, [scheduleTask(1, 'a')]);
    await worker.complete(await worker.activity(), '1');
    const second = await worker.orchestrator();
    assert.deepEqual(
      second.pastEvents.map((event) => event.eventId),
      [-1, 0, 1],
    );
    await worker.answer(second, [completion(2)]);
    await fixture.emulator.hub.waitForCompletion(instanceId, 10_000);
    const chunks = worker.client.stream('streamInstanceHistory', {
      instanceId,
      executionId: undefined,
      forWorkItemProcessing: false,
    }) as AsyncIterable<HistoryChunk>;
    const seen: unknown[] = [];
    for await (const { events } of chunks) seen.push(...events.map((event) => [event.eventType?.$case, event.eventId]));
    assert.deepEqual(seen, [
      ['orchestratorStarted', -1],
      ['executionStarted', 0],
      ['taskScheduled', 1],
      ['orchestratorStarted', -1],
      ['taskCompleted', -1],
      ['executionCompleted', 2],
    ]);
  });

  it('an instance was created after what its client knows to be earlier, to less than a millisecond', async () => {
    const clock = new SystemClock();
    for (let i = 0; i < 5; i++) {
      const before = clock.exactTime();
      const created = historyTime(await createdTime(await worker.client.start('o')));
      assert.ok(before <= created && created <= clock.exactTime(), `${before} ${created}`);
    }
  });

  it('a query up to a whole millisecond takes in all that began in it', async () => {
    const instanceId = await worker.client.start('o');
    const { seconds, nanos } = await createdTime(instanceId);
    const found = async (to: Timestamp): Promise<number> => {
      const { orchestrationState } = await worker.client.call('queryInstances', {
        query: {
          runtimeStatus: [],
          createdTimeFrom: undefined,
          createdTimeTo: to,
          taskHubNames: [],
          maxInstanceCount: 0,
          continuationToken: undefined,
          instanceIdPrefix: undefined,
          fetchInputsAndOutputs: false,
        },
      });
      return orchestrationState.length;
    };
    const wholeMs = nanos - (nanos % 1_000_000);
    assert.equal(await found({ seconds, nanos: wholeMs }), 1);
    assert.equal(await found({ seconds: seconds - 1, nanos: wholeMs }), 0);
  });
});
