import type { ServiceError } from '@grpc/grpc-js';
import { status } from '@grpc/grpc-js';
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { WorkerCapability } from '../../src/wire/generated/task-hub-sidecar';
import { GrpcFixture } from './grpc-fixture';
import { completion, scheduleTask, StubWorker } from './stub-worker';

describe('workers that misbehave', () => {
  let fixture: GrpcFixture;
  let worker: StubWorker;

  const row = async (id: string) => {
    const found = await fixture.emulator.hub.get(id);
    assert.ok(found, `no instance ${id}`);
    return found;
  };
  const ended = (id: string) => fixture.emulator.hub.waitForCompletion(id, 10_000);

  beforeEach(async () => {
    fixture = await GrpcFixture.start();
    worker = new StubWorker(fixture.stub());
  });
  afterEach(async () => {
    worker.cancel();
    await fixture.stop();
  });

  it('wrong tokens are answered OK and change nothing', async () => {
    const id = await worker.client.start('o');
    const work = await worker.orchestrator();
    await worker.answer(work, [completion(1, '"wrong"')], { completionToken: 'no-such-token' });
    await worker.answer({ ...work, instanceId: 'another' }, [completion(1, '"wrong"')]);
    assert.equal((await row(id)).runtimeStatus, 'Pending');
    await worker.answer(work, [completion(1, '"right"')]);
    assert.equal((await ended(id)).output, '"right"');
  });

  it('the same completion twice counts once', async () => {
    const id = await worker.client.start('o');
    const first = await worker.orchestrator();
    await worker.answer(first, [scheduleTask(1, 'a')]);
    await worker.answer(first, [scheduleTask(2, 'b')]);
    const activity = await worker.activity();
    await worker.complete(activity, '1');
    await worker.complete(activity, '2');
    const second = await worker.orchestrator();
    await worker.answer(second, [completion(2, '"done"')]);
    await ended(id);
    assert.equal(await fixture.sequence(id), 'OS ES TS#1 OC | OS TC→1 EC#2[Completed] OC');
    assert.equal(worker.waiting, 0);
  });

  it('workers that echo no tokens are known by instance and task', async () => {
    const id = await worker.client.start('o');
    await worker.answer({ ...(await worker.orchestrator()), token: '' }, [scheduleTask(0, 'a', '"in"')]);
    const activity = await worker.activity();
    assert.equal(activity.input, '"in"');
    await worker.complete({ ...activity, token: '' }, '"out"');
    const next = await worker.orchestrator();
    assert.equal(next.pastEvents.length, 3);
    await worker.answer({ ...next, token: '' }, [completion(1, '"done"')]);
    assert.equal((await ended(id)).output, '"done"');
  });

  it('a completion after a purge, or for an instance that was replaced, is ignored', async () => {
    await worker.client.start('o', { instanceId: 'one' });
    const old = await worker.orchestrator();
    const statuses = [0, 1, 3, 4, 5, 6, 7] as const;
    await worker.client.start('o', {
      instanceId: 'one',
      input: '"new"',
      orchestrationIdReusePolicy: { replaceableStatus: [...statuses] },
    });
    await worker.answer(old, [completion(1, '"old"')]);
    const fresh = await worker.orchestrator();
    assert.notEqual(fresh.executionId, old.executionId);
    await worker.answer(fresh, [completion(1, '"new"')]);
    assert.equal((await ended('one')).output, '"new"');
    assert.equal(await fixture.emulator.hub.purge('one'), 1);
    await worker.answer(fresh, [completion(1, '"ghost"')]);
    assert.equal(await fixture.emulator.hub.get('one'), undefined);
  });

  it('an action of no known type fails the orchestration by name', async () => {
    const id = await worker.client.start('o');
    const work = await worker.orchestrator();
    await worker.answer(work, [{ id: 1, orchestratorActionType: undefined }]);
    const { runtimeStatus, failureDetails } = await ended(id);
    assert.equal(runtimeStatus, 'Failed');
    assert.equal(failureDetails?.ErrorType, 'UnknownAction');
  });

  it('a stream that breaks off gives its work to another one', async () => {
    const id = await worker.client.start('o');
    const first = await worker.orchestrator();
    const other = new StubWorker(fixture.stub());
    worker.cancel();
    const again = await other.orchestrator();
    assert.equal(again.instanceId, id);
    assert.notEqual(again.token, first.token);
    await worker.answer(first, [completion(1, '"late"')]);
    await other.answer(again, [completion(1, '"right"')]);
    assert.equal((await ended(id)).output, '"right"');
    other.cancel();
  });

  it('an activity of a stream that ended may still be completed for a moment', async () => {
    const id = await worker.client.start('o');
    await worker.answer(await worker.orchestrator(), [scheduleTask(1, 'a')]);
    const activity = await worker.activity();
    const other = new StubWorker(fixture.stub());
    worker.cancel();
    await worker.complete(activity, '"late"');
    const next = await other.orchestrator();
    const event = next.newEvents.at(-1)?.eventType;
    assert.equal(event?.$case === 'taskCompleted' ? event.value.result : null, '"late"');
    await other.answer(next, [completion(2)]);
    await ended(id);
    other.cancel();
  });

  it('work that is given up stays pending and comes again, to another worker first', async () => {
    const id = await worker.client.start('o');
    const first = await worker.orchestrator();
    const other = new StubWorker(fixture.stub());
    await other.client.call('hello', {});
    await worker.client.call('abandonTaskOrchestratorWorkItem', { completionToken: first.token });
    await worker.client.call('abandonTaskOrchestratorWorkItem', { completionToken: first.token });
    assert.equal((await row(id)).runtimeStatus, 'Pending');
    const again = await other.orchestrator();
    await other.answer(again, [completion(1, '1')]);
    assert.equal((await ended(id)).runtimeStatus, 'Completed');
    other.cancel();
  });

  it('a worker that never answers holds up its own instance only, until it goes', async () => {
    const stuck = await worker.client.start('o');
    await worker.orchestrator();
    const other = await worker.client.start('o');
    await worker.answer(await worker.orchestrator(), [completion(1, '1')]);
    await ended(other);
    assert.equal((await row(stuck)).runtimeStatus, 'Pending');
    worker.cancel();
    worker = new StubWorker(fixture.stub());
    await worker.answer(await worker.orchestrator(), [completion(1, '2')]);
    assert.equal((await ended(stuck)).output, '2');
  });

  it('10 MB results pass in both directions', async () => {
    const large = JSON.stringify('x'.repeat(10 * 1024 * 1024));
    const id = await worker.client.start('o');
    await worker.answer(await worker.orchestrator(), [scheduleTask(1, 'a', large)]);
    const activity = await worker.activity();
    assert.equal(activity.input?.length, large.length);
    await worker.complete(activity, large);
    const next = await worker.orchestrator();
    await worker.answer(next, [completion(2, large)]);
    assert.equal((await ended(id)).output?.length, large.length);
  });

  it('a response in pieces is put together', async () => {
    const id = await worker.client.start('o');
    const work = await worker.orchestrator();
    await worker.answer(work, [scheduleTask(1, 'a')], { isPartial: true, chunkIndex: 0, customStatus: '"half"' });
    assert.equal((await row(id)).runtimeStatus, 'Pending');
    await worker.answer(work, [scheduleTask(2, 'b')], { chunkIndex: 1, numEventsProcessed: 0 });
    const names = [(await worker.activity()).name, (await worker.activity()).name];
    assert.deepEqual(names.sort(), ['a', 'b']);
    assert.equal((await row(id)).customStatus, '"half"');
  });

  it('a large history is streamed to workers that ask for that', async () => {
    worker.cancel();
    worker = new StubWorker(fixture.stub(), { capabilities: [WorkerCapability.WORKER_CAPABILITY_HISTORY_STREAMING] });
    const id = await worker.client.start('o', { input: JSON.stringify('x'.repeat(2 * 1024 * 1024)) });
    const first = await worker.orchestrator();
    assert.equal(first.requiresHistoryStreaming, false);
    await worker.answer(first, [scheduleTask(1, 'a')]);
    await worker.complete(await worker.activity(), '1');
    const second = await worker.orchestrator();
    assert.deepEqual([second.requiresHistoryStreaming, second.pastEvents.length], [true, 0]);
    const events: (string | undefined)[] = [];
    const stream = worker.client.stream('streamInstanceHistory', {
      instanceId: id,
      executionId: second.executionId,
      forWorkItemProcessing: true,
    });
    for await (const chunk of stream as AsyncIterable<{ events: { eventType?: { $case: string } }[] }>) {
      events.push(...chunk.events.map((event) => event.eventType?.$case));
    }
    assert.deepEqual(events, ['orchestratorStarted', 'executionStarted', 'taskScheduled']);
    await worker.answer(second, [completion(2)]);
    await ended(id);
  });

  it('hundreds of idle streams come and go', async () => {
    const streams = Array.from({ length: 500 }, () => new StubWorker(worker.client));
    await worker.client.call('hello', {});
    const id = await worker.client.start('o');
    const taken = await Promise.race([worker, ...streams].map(async (each) => ({ each, work: await each.orchestrator() })));
    await taken.each.answer(taken.work, [completion(1, '1')]);
    await ended(id);
    const gone = new Promise<void>((resolve) => {
      const subscription = fixture.emulator.onEvent(() => {
        if (fixture.emulator.connectedWorkers().length > 1) return;
        subscription.dispose();
        resolve();
      });
    });
    for (const each of streams) each.cancel();
    await gone;
  });

  it('limits and filters are kept to, and what nobody takes waits', async () => {
    worker.cancel();
    const filters = {
      orchestrations: [{ name: 'Mine', versions: [] }],
      activities: [{ name: 'a', versions: ['3.0.0'] }],
      entities: [],
    };
    worker = new StubWorker(fixture.stub(), { maxConcurrentOrchestrationWorkItems: 1, workItemFilters: filters });
    const other = await worker.client.start('other');
    const first = await worker.client.start('mine', { version: '3.0.0' });
    const second = await worker.client.start('mine');
    const work = await worker.orchestrator();
    assert.equal(work.instanceId, first);
    await worker.client.call('hello', {});
    assert.equal(worker.waiting, 0);
    // The activity says no version: it is of its orchestration's.
    await worker.answer(work, [scheduleTask(1, 'a')]);
    const items = [await worker.next(), await worker.next()];
    assert.deepEqual(items.map((item) => item.request?.$case).sort(), ['activityRequest', 'orchestratorRequest']);
    assert.equal((await row(other)).runtimeStatus, 'Pending');
    assert.equal((await row(second)).runtimeStatus, 'Pending');
    const anybody = new StubWorker(fixture.stub());
    assert.equal((await anybody.orchestrator()).instanceId, other);
    anybody.cancel();
  });

  it('work without a worker waits, and can be terminated', async () => {
    worker.cancel();
    const client = fixture.stub();
    const kept = await client.start('o');
    const stopped = await client.start('o');
    await client.call('terminateInstance', { instanceId: stopped, output: '"enough"', recursive: false });
    assert.equal((await ended(stopped)).runtimeStatus, 'Terminated');
    worker = new StubWorker(fixture.stub());
    const work = await worker.orchestrator();
    assert.equal(work.instanceId, kept);
    await worker.answer(work, [completion(1)]);
    await ended(kept);
  });

  it('refusals have the codes of the protocol', async () => {
    const { client } = worker;
    const codeOf = (call: Promise<unknown>): Promise<number> =>
      call.then(
        () => status.OK,
        (error: unknown) => (error as ServiceError).code,
      );
    assert.equal(await codeOf(client.start('')), status.INVALID_ARGUMENT);
    assert.equal(await codeOf(client.start('o', { instanceId: 'x'.repeat(101) })), status.INVALID_ARGUMENT);
    const withoutTerminated = { orchestrationIdReusePolicy: { replaceableStatus: [0 as const, 1 as const, 6 as const] } };
    await client.start('o', { instanceId: 'r' });
    assert.equal(await codeOf(client.start('o', { instanceId: 'r', ...withoutTerminated })), status.INVALID_ARGUMENT);
    await client.start('o', { instanceId: 'there' });
    assert.equal(await codeOf(client.start('o', { instanceId: 'there' })), status.ALREADY_EXISTS);
    const unknown = { instanceId: 'nobody', reason: undefined };
    assert.equal(await codeOf(client.call('suspendInstance', unknown)), status.NOT_FOUND);
    assert.equal(await codeOf(client.call('rewindInstance', unknown)), status.NOT_FOUND);
    assert.equal(
      await codeOf(client.call('rewindInstance', { instanceId: 'there', reason: undefined })),
      status.FAILED_PRECONDITION,
    );
    assert.equal(
      await codeOf(client.call('restartInstance', { instanceId: 'there', restartWithNewInstanceId: false })),
      status.FAILED_PRECONDITION,
    );
    assert.equal(
      await codeOf(client.call('raiseEvent', { instanceId: 'nobody', name: 'e', input: undefined })),
      status.NOT_FOUND,
    );
    await client.start('o', { instanceId: 'tagged', tags: { shop: 'ä' } });
    const again = await client.call('restartInstance', { instanceId: 'tagged', restartWithNewInstanceId: true });
    const restarted = await client.call('getInstance', { instanceId: again.instanceId, getInputsAndOutputs: true });
    assert.deepEqual(restarted.orchestrationState?.tags, { shop: 'ä' });
    const { exists } = await client.call('getInstance', { instanceId: 'nobody', getInputsAndOutputs: true });
    assert.equal(exists, false);
    assert.equal(await codeOf(fixture.stub({ taskhub: '../escape' }).start('o')), status.INVALID_ARGUMENT);
  });

  it('a client of Durable Functions neither purges by its id nor replaces what runs, whatever its policy says (measured on 3.19.0)', async () => {
    const client = fixture.stub({ 'x-user-agent': 'durable-functions/1' });
    const instanceId = await client.start('o');
    const purge = (value: string) =>
      client.call('purgeInstances', { request: { $case: 'instanceId', value }, recursive: false, isOrchestration: true });
    const code = status.FAILED_PRECONDITION;
    const details = `Only orchestrations in a terminal state can be purged, but the orchestration with instance ID ${instanceId} has status Pending`;
    await assert.rejects(purge(instanceId), { code, details });
    const again = (...replaceableStatus: (0 | 1 | 5 | 6)[]) =>
      client.start('o', { instanceId, orchestrationIdReusePolicy: { replaceableStatus } });
    await assert.rejects(again(0, 1, 5, 6), { code: status.ALREADY_EXISTS });
    await assert.rejects(again(0, 1, 6), { code: status.ALREADY_EXISTS });
    await worker.answer(await worker.orchestrator(), [completion(1)]);
    await ended(instanceId);
    await assert.rejects(again(5), { code: status.ALREADY_EXISTS });
    await again(0, 1, 5, 6);
    await worker.answer(await worker.orchestrator(), [completion(1)]);
    await ended(instanceId);
    assert.equal((await purge(instanceId)).deletedInstanceCount, 1);
    assert.equal((await purge('nobody')).deletedInstanceCount, 0);
  });

  it('where host.json lets running instances be replaced, a policy without Terminated is refused, and a restart is not (measured on 3.19.0)', async () => {
    const appDir = await mkdtemp(path.join(tmpdir(), 'durascope-any-state-'));
    const durableTask = { overridableExistingInstanceStates: 'AnyState' };
    await writeFile(path.join(appDir, 'host.json'), JSON.stringify({ version: '2.0', extensions: { durableTask } }));
    const any = await GrpcFixture.start({ appDir });
    try {
      const client = any.stub({ 'x-user-agent': 'durable-functions/1' });
      const start = (...replaceableStatus: (0 | 1 | 5 | 6)[]) =>
        client.start('o', { instanceId: 'one', orchestrationIdReusePolicy: { replaceableStatus } });
      const restart = () => client.call('restartInstance', { instanceId: 'one', restartWithNewInstanceId: false });
      await assert.rejects(start(0), { code: status.INVALID_ARGUMENT }, 'also where nothing has the id');
      await start(1);
      await assert.rejects(start(0, 1, 6), { code: status.INVALID_ARGUMENT });
      await assert.rejects(start(1, 5), { code: status.ALREADY_EXISTS });
      assert.equal(await start(5, 6), 'one');
      assert.deepEqual(await restart(), { instanceId: 'one' });
      assert.equal((await any.emulator.hub.get('one'))?.runtimeStatus, 'Pending');
    } finally {
      await any.stop();
      await rm(appDir, { recursive: true, force: true, maxRetries: 5 });
    }
    await fixture.stub({ 'x-user-agent': 'durable-functions/1' }).start('o', { instanceId: 'two' });
    const refused = worker.client.call('restartInstance', { instanceId: 'two', restartWithNewInstanceId: false });
    await assert.rejects(refused, { code: status.FAILED_PRECONDITION });
    const functions = fixture.stub({ 'x-user-agent': 'durable-functions/1' });
    const too = functions.call('restartInstance', { instanceId: 'two', restartWithNewInstanceId: false });
    await assert.rejects(too, { code: status.FAILED_PRECONDITION });
  });

  it('hubs are apart, by the header', async () => {
    const other = fixture.stub({ taskhub: 'other' });
    await other.start('o', { instanceId: 'same' });
    await worker.client.start('o', { instanceId: 'same' });
    assert.equal((await worker.orchestrator()).instanceId, 'same');
    await worker.client.call('hello', {});
    assert.equal(worker.waiting, 0);
    const there = new StubWorker(other);
    await there.answer(await there.orchestrator(), [completion(1, '"other"')]);
    const { orchestrationState } = await other.call('waitForInstanceCompletion', {
      instanceId: 'same',
      getInputsAndOutputs: true,
    });
    assert.equal(orchestrationState?.output, '"other"');
    assert.equal((await row('same')).runtimeStatus, 'Pending');
    there.cancel();
  });

  it('a wait for the end goes through continue-as-new, and ends with a purge', async () => {
    const id = await worker.client.start('o');
    const waiting = worker.client.call('waitForInstanceCompletion', { instanceId: id, getInputsAndOutputs: true });
    const first = await worker.orchestrator();
    await worker.answer(first, [completion(1, '"again"', 2)]);
    const second = await worker.orchestrator();
    assert.notEqual(second.executionId, first.executionId);
    await worker.answer(second, [completion(1, '"done"')]);
    assert.equal((await waiting).orchestrationState?.output, '"done"');
  });

  it('work in flight when the emulator stops ends the stream with UNAVAILABLE', async () => {
    await worker.client.start('o');
    await worker.orchestrator();
    const ending = worker.next().catch((error: unknown) => error);
    await fixture.emulator.stop();
    assert.equal(((await ending) as ServiceError).code, status.UNAVAILABLE);
  });
});
