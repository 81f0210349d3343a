import assert from 'node:assert/strict';
import { connect as connectTcp, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { EntityBatchResult, EntityRequest, OrchestratorAction } from '../../src/wire/generated/task-hub-sidecar';
import { GrpcFixture } from './grpc-fixture';
import { completion, scheduleTask, StubWorker } from './stub-worker';

type EntityWork = EntityRequest & { token: string };

async function nextEntity(worker: StubWorker): Promise<EntityWork> {
  const { request, completionToken } = await worker.next();
  assert.equal(request?.$case, 'entityRequestV2');
  return { ...request.value, token: completionToken };
}

function completeEntity(worker: StubWorker, result: Partial<EntityBatchResult>): Promise<unknown> {
  return worker.client.call('completeEntityTask', {
    results: [],
    actions: [],
    entityState: undefined,
    failureDetails: undefined,
    completionToken: '',
    operationInfos: [],
    requiresState: false,
    ...result,
  });
}

const success = (result: string): EntityBatchResult['results'][number] => ({
  resultType: { $case: 'success', value: { result, startTimeUtc: undefined, endTimeUtc: undefined } },
});

describe('answers that no worker should give', () => {
  let fixture: GrpcFixture;
  let worker: StubWorker;

  const ended = (id: string) => fixture.emulator.hub.waitForCompletion(id, 10_000);

  beforeEach(async () => {
    fixture = await GrpcFixture.start();
    worker = new StubWorker(fixture.stub());
  });
  afterEach(async () => {
    worker.cancel();
    await fixture.stop();
  });

  it('half of a response whose worker goes away counts for nothing', async () => {
    const id = await worker.client.start('o');
    const work = await worker.orchestrator();
    await worker.answer(work, [scheduleTask(1, 'lost')], { isPartial: true, chunkIndex: 0, customStatus: '"half"' });
    const other = new StubWorker(fixture.stub());
    worker.cancel();
    const again = await other.orchestrator();
    await worker.answer(work, [completion(2, '"late"')], { chunkIndex: 1 });
    await other.answer(again, [completion(1, '"whole"')]);
    const { output, customStatus } = await ended(id);
    assert.deepEqual([output, customStatus], ['"whole"', null]);
    assert.equal(await fixture.sequence(id), 'OS ES EC#1[Completed] OC');
    other.cancel();
  });

  it('a completion of another kind, or in another hub, with a token that is in flight is ignored', async () => {
    const id = await worker.client.start('o');
    const first = await worker.orchestrator();
    await worker.complete({ ...scheduled(id), token: first.token }, '"no"');
    await completeEntity(worker, { completionToken: first.token, results: [success('1')] });
    await worker.client.call('abandonTaskActivityWorkItem', { completionToken: first.token });
    await worker.client.call('abandonTaskEntityWorkItem', { completionToken: first.token });
    const elsewhere = fixture.stub({ taskhub: 'other' });
    await elsewhere.call('abandonTaskOrchestratorWorkItem', { completionToken: first.token });
    await new StubWorker(elsewhere).answer(first, [completion(1, '"other hub"')]);
    await worker.answer(first, [scheduleTask(1, 'a')]);
    const activity = await worker.activity();
    await worker.answer({ ...first, token: activity.token }, [completion(2, '"no"')]);
    await worker.complete(activity, '"yes"');
    await worker.answer(await worker.orchestrator(), [completion(2, '"right"')]);
    assert.equal((await ended(id)).output, '"right"');
    assert.equal(worker.waiting, 0);
  });

  it('a connection that breaks in the middle gives its work to another one', async () => {
    const proxy = await Proxy.open(Number(fixture.address.split(':')[1]));
    try {
      const id = await worker.client.start('o');
      worker.cancel();
      const distant = new StubWorker(fixture.stub({}, proxy.address));
      const lost = await distant.orchestrator();
      worker = new StubWorker(fixture.stub());
      proxy.breakAll();
      const again = await worker.orchestrator();
      assert.equal(again.instanceId, id);
      assert.notEqual(again.token, lost.token);
      await worker.answer(again, [completion(1, '1')]);
      assert.equal((await ended(id)).output, '1');
      assert.ok(distant.error !== null || (await distant.next().catch(() => null)) === null);
    } finally {
      await proxy.close();
    }
  });

  it('of two ends in one response the first counts', async () => {
    const id = await worker.client.start('o');
    await worker.answer(await worker.orchestrator(), [completion(1, '"first"'), completion(2, '"second"')]);
    assert.equal((await ended(id)).output, '"first"');
    assert.equal(await fixture.sequence(id), 'OS ES EC#1[Completed] OC');
  });

  it('an end of no known status fails the orchestration by name', async () => {
    const id = await worker.client.start('o');
    await worker.answer(await worker.orchestrator(), [completion(1, '1', 42 as never)]);
    const { runtimeStatus, failureDetails } = await ended(id);
    assert.deepEqual([runtimeStatus, failureDetails?.ErrorType], ['Failed', 'UnknownAction']);
  });

  it('an entity message of no known type fails the orchestration by name', async () => {
    const id = await worker.client.start('o');
    const action: OrchestratorAction = {
      id: 1,
      orchestratorActionType: { $case: 'sendEntityMessage', value: { EntityMessageType: undefined } },
    };
    await worker.answer(await worker.orchestrator(), [action]);
    assert.equal((await ended(id)).failureDetails?.ErrorType, 'UnknownAction');
  });

  it('more or fewer results than operations of an entity: each operation has one, the rest comes again', async () => {
    for (const name of ['one', 'two', 'three']) {
      await worker.client.call('signalEntity', {
        instanceId: '@counter@a',
        name,
        input: undefined,
        requestId: `r-${name}`,
        scheduledTime: undefined,
        parentTraceContext: undefined,
        requestTime: undefined,
      });
    }
    const seen: string[] = [];
    let isFirst = true;
    while (!seen.includes('three')) {
      const work = await nextEntity(worker);
      const names = work.operationRequests.map(({ eventType }) =>
        eventType?.$case === 'entityOperationSignaled' ? eventType.value.operation : '?',
      );
      // At first all but the last are answered, then more than were asked.
      const answered = isFirst && names.length > 1 ? names.slice(0, -1) : names;
      const results = [...answered, ...(isFirst ? [] : ['extra', 'extra'])].map(() => success('0'));
      isFirst = false;
      seen.push(...answered);
      await completeEntity(worker, { completionToken: work.token, results, entityState: JSON.stringify(seen) });
      await completeEntity(worker, { completionToken: work.token, results, entityState: '"twice"' });
    }
    assert.deepEqual(seen, ['one', 'two', 'three']);
    const entity = await worker.client.call('getEntity', { instanceId: '@counter@a', includeState: true });
    assert.equal(entity.entity?.serializedState, '["one","two","three"]');
    assert.equal(worker.waiting, 0);
  });

  it('a result for an activity of a generation that is over is ignored', async () => {
    const id = await worker.client.start('o');
    await worker.answer(await worker.orchestrator(), [scheduleTask(1, 'a')]);
    const activity = await worker.activity();
    await worker.client.call('raiseEvent', { instanceId: id, name: 'go', input: undefined });
    await worker.answer(await worker.orchestrator(), [completion(2, '"again"', 2)]);
    const second = await worker.orchestrator();
    await worker.complete(activity, '"old"');
    await worker.complete({ ...activity, token: '' }, '"old"');
    await worker.answer(second, [scheduleTask(1, 'b')]);
    const fresh = await worker.activity();
    assert.equal(fresh.name, 'b');
    await worker.complete(activity, '"old"');
    await worker.complete(fresh, '"new"');
    const third = await worker.orchestrator();
    const last = third.newEvents.at(-1)?.eventType;
    assert.equal(last?.$case === 'taskCompleted' ? last.value.result : null, '"new"');
    await worker.answer(third, [completion(2, '"done"')]);
    assert.equal((await ended(id)).output, '"done"');
  });
});

function scheduled(instanceId: string) {
  return {
    name: 'a',
    version: undefined,
    input: undefined,
    orchestrationInstance: { instanceId, executionId: undefined },
    taskId: 1,
    taskExecutionId: '',
    parentTraceContext: undefined,
    tags: {},
  };
}

/** A connection between client and server that a test can tear. */
class Proxy {
  readonly #sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    readonly address: string,
  ) {}

  static async open(port: number): Promise<Proxy> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const proxy = new Proxy(server, `127.0.0.1:${(server.address() as AddressInfo).port}`);
    server.on('connection', (near) => {
      const far = connectTcp(port, '127.0.0.1');
      for (const socket of [near, far]) {
        proxy.#sockets.add(socket);
        socket.on('error', () => undefined);
      }
      near.pipe(far);
      far.pipe(near);
    });
    return proxy;
  }

  breakAll(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
    this.#sockets.clear();
  }

  async close(): Promise<void> {
    this.breakAll();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
