import assert from 'node:assert/strict';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { EpisodeRequest } from '../../src/core/ports/function-worker';
import { type GetWorkItemsRequest, WorkItem } from '../../src/wire/generated/task-hub-sidecar';
import { startGrpcServer } from '../../src/grpc/grpc-server';
import { GrpcWorker } from '../../src/grpc/grpc-worker';
import type { GrpcHub } from '../../src/grpc/task-hub-service';
import type { WorkerStream } from '../../src/grpc/worker-stream';
import { ManualClock } from '../support/manual-clock';
import { GrpcFixture } from './grpc-fixture';
import { completion, StubClient, StubWorker } from './stub-worker';

const everything: GetWorkItemsRequest = {
  maxConcurrentOrchestrationWorkItems: 0,
  maxConcurrentActivityWorkItems: 0,
  maxConcurrentEntityWorkItems: 0,
  capabilities: [],
  workItemFilters: undefined,
};
const silent = (): void => undefined;

function newWorker(clock: ManualClock, changed: () => void): GrpcWorker {
  const world = { hubName: 'default', clock, log: silent, newId: () => 'f'.repeat(32), changed, terminate: silent };
  return new GrpcWorker(world);
}

function episode(instanceId: string): EpisodeRequest {
  return {
    instanceId,
    executionId: 'e',
    name: 'o',
    version: '',
    history: [],
    newEvents: [],
    input: null,
  } as unknown as EpisodeRequest;
}

describe('pings of the streams of workers', () => {
  let clock: ManualClock;
  let worker: GrpcWorker;
  let changed: () => void = silent;
  beforeEach(() => {
    clock = new ManualClock();
    worker = newWorker(clock, () => changed());
  });
  afterEach(() => worker.stop('over'));

  /** What the stream is sent, by kind and second. */
  const connect = (): { stream: WorkerStream; seen: (readonly [string, number])[] } => {
    const began = clock.now();
    const seen: (readonly [string, number])[] = [];
    const send = (item: Uint8Array): void => {
      const { request, completionToken } = WorkItem.decode(item);
      const kind = request?.$case ?? 'nothing';
      assert.equal(completionToken === '', kind === 'healthPing');
      seen.push([kind, (clock.now() - began) / 1000]);
    };
    const connection = { identity: { language: 'JavaScript', sdk: null, workerId: null }, send, end: silent };
    return { stream: worker.connect(connection, everything), seen };
  };

  it('come to an idle stream before it has been silent for 30 seconds, as long as it lives', () => {
    const { stream, seen } = connect();
    clock.advance(24_999);
    assert.equal(seen.length, 0);
    clock.advance(10 * 60_000);
    assert.ok(seen.every(([kind]) => kind === 'healthPing'));
    const times = [0, ...seen.map(([, at]) => at)];
    const gaps = times.slice(1).map((at, i) => at - (times[i] ?? 0));
    assert.ok(
      gaps.every((gap) => gap >= 25 && gap <= 30),
      gaps.join(' '),
    );
    assert.ok(gaps.length >= 20);
    worker.disconnect(stream);
    const count = seen.length;
    clock.advance(60_000);
    assert.equal(seen.length, count);
    assert.equal(clock.armed, 0);
  });

  it('do not come while there is work to send', () => {
    const { seen } = connect();
    for (let i = 0; i < 6; i++) {
      worker.runEpisode(episode(`i${i}`)).catch(silent);
      clock.advance(20_000);
    }
    assert.deepEqual(
      seen.map(([kind]) => kind),
      new Array(6).fill('orchestratorRequest'),
    );
    clock.advance(30_000);
    assert.equal(seen.at(-1)?.[0], 'healthPing');
  });

  it('of streams that connect at different times stay apart, and end with each', () => {
    const first = connect();
    clock.advance(13_000);
    const second = connect();
    clock.advance(13_000);
    assert.deepEqual([first.seen.length, second.seen.length], [1, 0]);
    worker.disconnect(first.stream);
    clock.advance(20_000);
    assert.deepEqual([first.seen.length, second.seen.length], [1, 1]);
  });

  it('arrive at a real client, which has nothing to answer', async () => {
    const hub = { worker } as unknown as GrpcHub;
    const hubs = { find: () => hub, create: () => Promise.resolve(), delete: () => Promise.resolve() };
    const server = await startGrpcServer({ port: 0, orAnyOther: false, hubs, clock, log: silent, dashboard: () => '' });
    const client = new StubClient(`127.0.0.1:${server.port}`);
    const connected = new Promise<void>((resolve) => (changed = resolve));
    const stub = new StubWorker(client);
    try {
      await connected;
      clock.advance(25_000);
      assert.equal((await stub.next()).request?.$case, 'healthPing');
      const running = worker.runEpisode(episode('one'));
      await stub.answer(await stub.orchestrator(), [completion(1, '"done"')]);
      const { decisions } = await running;
      assert.equal(decisions.length, 1);
    } finally {
      stub.cancel();
      client.close();
      await server.stop();
    }
  });
});

describe('thousands of idle workers', () => {
  const count = 5000;
  /** On any machine: a time limit of the run ends what hangs. */
  const enoughMs = 250_000;

  it('cost some kilobytes each, and work goes to the one that takes it', async () => {
    const fixture = await GrpcFixture.start();
    // Node.js closes a connection that gives up more than 1,000 calls at once.
    const clients = Array.from({ length: 10 }, () => new StubClient(fixture.address));
    const client = new StubClient(fixture.address);
    const until = (connected: number): Promise<void> =>
      new Promise((resolve) => {
        const look = (): boolean => fixture.emulator.connectedWorkers().length === connected;
        if (look()) {
          resolve();
          return;
        }
        const subscription = fixture.emulator.onEvent(() => {
          if (!look()) return;
          subscription.dispose();
          resolve();
        });
      });
    try {
      const before = memoryInUse();
      const elsewhere = { workItemFilters: { orchestrations: [{ name: 'Other', versions: [] }], activities: [], entities: [] } };
      const idle = clients.flatMap((each) =>
        Array.from({ length: count / clients.length }, () => new StubWorker(each, elsewhere)),
      );
      await until(count);
      const taking = new StubWorker(client);
      await until(count + 1);
      const each = (memoryInUse() - before) / count;
      // Both ends are in this process.
      assert.ok(each < 64 * 1024, `${Math.round(each / 1024)} KB for each`);
      for (let i = 0; i < 20; i++) {
        const id = await client.start('o');
        await taking.answer(await taking.orchestrator(), [completion(1, '1')]);
        assert.equal((await fixture.emulator.hub.waitForCompletion(id, enoughMs)).runtimeStatus, 'Completed');
      }
      assert.deepEqual(new Set(idle.map((stub) => stub.waiting)), new Set([0]));
      for (const stub of idle) stub.cancel();
      await until(1);
      const id = await client.start('o');
      await taking.answer(await taking.orchestrator(), [completion(1, '2')]);
      assert.equal((await fixture.emulator.hub.waitForCompletion(id, enoughMs)).output, '2');
      taking.cancel();
      await until(0);
    } finally {
      for (const each of [client, ...clients]) each.close();
      await fixture.stop();
    }
  });
});

/** Bytes that live after a collection. */
function memoryInUse(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
