/**
 * Messages of the Durable Task protocol with bytes changed, and bytes that are none: every call ends, with a status of the protocol, and the
 * emulator goes on.
 */
import assert from 'node:assert/strict';
import { credentials, makeGenericClientConstructor, status } from '@grpc/grpc-js';
import fc from 'fast-check';
import { TaskHubSidecarServiceService } from '../../src/wire/generated/task-hub-sidecar';
import { GrpcFixture } from '../grpc/grpc-fixture';

type Method = keyof typeof TaskHubSidecarServiceService;

const ids = ['one', 'two', '@counter@a', '', 'a/b', 'half\ufffd', '..'];
const texts = fc.oneof(fc.constantFrom(...ids, '{', '1', 'null', 'x'.repeat(3000)), fc.string({ maxLength: 10 }));
const time = fc.option(fc.record({ seconds: fc.integer({ min: -100, max: 2e9 }), nanos: fc.nat({ max: 999_999_999 }) }), {
  nil: undefined,
});
const maybe = fc.option(texts, { nil: undefined });

/** Requests in part; what is missing is the default of the protocol. */
const requests: Partial<Record<Method, fc.Arbitrary<object>>> = {
  startInstance: fc.record({
    instanceId: texts,
    name: texts,
    input: maybe,
    scheduledStartTimestamp: time,
    tags: fc.dictionary(texts, texts, { maxKeys: 2 }),
  }),
  getInstance: fc.record({ instanceId: texts, getInputsAndOutputs: fc.boolean() }),
  raiseEvent: fc.record({ instanceId: texts, name: texts, input: maybe }),
  terminateInstance: fc.record({ instanceId: texts, output: maybe, recursive: fc.boolean() }),
  suspendInstance: fc.record({ instanceId: texts, reason: maybe }),
  resumeInstance: fc.record({ instanceId: texts, reason: maybe }),
  rewindInstance: fc.record({ instanceId: texts, reason: maybe }),
  restartInstance: fc.record({ instanceId: texts, restartWithNewInstanceId: fc.boolean() }),
  queryInstances: fc.record({
    query: fc.option(
      fc.record({
        runtimeStatus: fc.array(fc.integer({ min: -3, max: 12 }), { maxLength: 3 }),
        createdTimeFrom: time,
        createdTimeTo: time,
        taskHubNames: fc.constant([]),
        maxInstanceCount: fc.integer(),
        continuationToken: maybe,
        instanceIdPrefix: maybe,
        fetchInputsAndOutputs: fc.boolean(),
      }),
      { nil: undefined },
    ),
  }),
  purgeInstances: fc.record({
    request: fc.option(fc.record({ $case: fc.constant('instanceId' as const), value: texts }), { nil: undefined }),
    recursive: fc.boolean(),
  }),
  completeActivityTask: fc.record({
    instanceId: texts,
    taskId: fc.integer({ min: -5, max: 5 }),
    result: maybe,
    completionToken: texts,
  }),
  completeOrchestratorTask: fc.record({
    instanceId: texts,
    actions: fc.constant([]),
    customStatus: maybe,
    completionToken: texts,
  }),
  completeEntityTask: fc.record({
    results: fc.constant([]),
    actions: fc.constant([]),
    entityState: maybe,
    completionToken: texts,
    operationInfos: fc.constant([]),
  }),
  signalEntity: fc.record({ instanceId: texts, name: texts, input: maybe, requestId: texts, scheduledTime: time }),
  getEntity: fc.record({ instanceId: texts, includeState: fc.boolean() }),
  queryEntities: fc.record({ query: fc.constant(undefined) }),
  cleanEntityStorage: fc.record({
    continuationToken: maybe,
    removeEmptyEntities: fc.boolean(),
    releaseOrphanedLocks: fc.boolean(),
  }),
  abandonTaskActivityWorkItem: fc.record({ completionToken: texts }),
  abandonTaskOrchestratorWorkItem: fc.record({ completionToken: texts }),
  abandonTaskEntityWorkItem: fc.record({ completionToken: texts }),
};

const change = fc.record({ at: fc.nat(), byte: fc.nat({ max: 255 }), how: fc.constantFrom('set', 'insert', 'remove', 'cut') });

const call = fc.constantFrom(...(Object.keys(requests) as Method[])).chain((method) =>
  fc.record({
    method: fc.constant(method),
    bytes: fc.oneof(
      {
        weight: 8,
        arbitrary: fc
          .tuple(requests[method] ?? assert.fail(), fc.array(change, { maxLength: 2 }))
          .map(([request, changes]) => changes.reduce(changed, encoded(method, request))),
      },
      { weight: 1, arbitrary: fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)) },
    ),
  }),
);

function encoded(method: Method, request: object): Buffer {
  const { requestSerialize, requestDeserialize } = TaskHubSidecarServiceService[method];
  const whole = { ...requestDeserialize(Buffer.alloc(0)), ...request };
  return (requestSerialize as (value: unknown) => Buffer)(whole);
}

function changed(bytes: Buffer, { at, byte, how }: { at: number; byte: number; how: string }): Buffer {
  const place = at % Math.max(bytes.length, 1);
  const before = bytes.subarray(0, place);
  switch (how) {
    case 'set':
      return Buffer.concat([before, Buffer.from([byte]), bytes.subarray(place + 1)]);
    case 'insert':
      return Buffer.concat([before, Buffer.from([byte]), bytes.subarray(place)]);
    case 'remove':
      return Buffer.concat([before, bytes.subarray(place + 1)]);
    default:
      return before;
  }
}

const batchSize = 64;
/** Of the grpc library itself, for bytes that are no message. */
const notUnderstood = /deserializ|parsing request/i;

/** Resolves with how many answers there were of each status. */
export async function attackGrpc({ seed, numRuns }: { seed: number; numRuns: number }): Promise<Record<string, number>> {
  const fixture = await GrpcFixture.start();
  const Client = makeGenericClientConstructor(TaskHubSidecarServiceService, 'TaskHubSidecarService');
  const client = new Client(fixture.address, credentials.createInsecure());
  const counts: Record<string, number> = {};
  const send = (method: Method, bytes: Buffer): Promise<void> =>
    new Promise((resolve, reject) => {
      const { path } = TaskHubSidecarServiceService[method];
      const same = (value: Buffer): Buffer => value;
      client.makeUnaryRequest(path, same, same, bytes, { deadline: Date.now() + 20_000 }, (error) => {
        const code = error?.code ?? status.OK;
        counts[status[code]] = (counts[status[code]] ?? 0) + 1;
        const isOurs =
          code !== status.INTERNAL && code !== status.UNKNOWN && code !== status.DEADLINE_EXCEEDED && code !== status.UNAVAILABLE;
        if (isOurs || notUnderstood.test(error?.details ?? '')) resolve();
        else reject(new Error(`${method} ${bytes.toString('hex')}: ${status[code]} ${error?.details ?? ''}`));
      });
    });
  try {
    let made = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(call, { minLength: batchSize, maxLength: batchSize }), async (batch) => {
        await Promise.all(batch.map(({ method, bytes }) => send(method, bytes)));
        made += batchSize;
        // So many instances that wait for a program are another test.
        if (made % (batchSize * 50) !== 0) return;
        const { hub } = fixture.emulator;
        const page = await hub.query({ pageSize: 10_000 });
        for (const { instanceId } of page.instances) {
          if (!instanceId.startsWith('@')) await hub.terminate(instanceId, null).catch(() => undefined);
          await hub.purge(instanceId).catch(() => undefined);
        }
      }),
      { seed, numRuns: Math.ceil(numRuns / batchSize), endOnFailure: true },
    );
    await fixture.stub().start('After', { instanceId: 'after' });
    assert.equal((await fixture.emulator.hub.get('after'))?.name, 'After');
    const unexpected = fixture.logs.filter(({ level }) => level === 'critical' || level === 'error');
    assert.deepEqual(unexpected.slice(0, 3), []);
  } finally {
    client.close();
    await fixture.stop();
  }
  return counts;
}
