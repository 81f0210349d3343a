/** Entity traffic between the kinds of the protocol and the rows of Durable Functions (spec/grpc.md 2.5, last point). */
import assert from 'node:assert/strict';
import type { Decision } from '../../src/core/decisions/decisions';
import type { HistoryEvent } from '../../src/core/history/history';
import type { HistoryEvent as ProtoEvent, OrchestratorAction } from '../../src/wire/generated/task-hub-sidecar';
import { eventInForm, legacyDecisions, legacyEvent } from '../../src/grpc/legacy-entities';
import { GrpcFixture } from './grpc-fixture';
import { completion, StubClient, StubWorker } from './stub-worker';

const from = { instanceId: 'parent', executionId: 'run' };
const time = '2024-01-01T00:00:00.0000000Z';
const row = { EventId: -1, IsPlayed: false, Timestamp: time };

function sent(decision: Decision): [string, string, unknown] {
  const [only] = legacyDecisions([decision], from);
  assert.equal(only?.type, 'SendEvent');
  assert.equal(only.id, decision.id);
  return [only.instanceId, only.name, JSON.parse(only.input ?? '')];
}

describe('what orchestrators say to entities, as Durable Functions keeps it', () => {
  it('is an event named op for a call and a signal', () => {
    const call = { type: 'CallEntity', id: 3, requestId: 'r1', instanceId: '@c@k', operation: 'add', input: '5' } as const;
    assert.deepEqual(sent(call), ['@c@k', 'op', { id: 'r1', op: 'add', input: '5', parent: 'parent', parentExecution: 'run' }]);
    assert.deepEqual(sent({ ...call, type: 'SignalEntity', input: null }), [
      '@c@k',
      'op',
      { id: 'r1', op: 'add', signal: true, parent: 'parent', parentExecution: 'run' },
    ]);
  });

  it('is named with its time when it is scheduled', () => {
    const signal = { type: 'SignalEntity', id: 3, requestId: 'r1', instanceId: '@c@k', operation: 'add', input: null } as const;
    const [, name, request] = sent({ ...signal, scheduledTime: time });
    assert.equal(name, `op@${time}`);
    assert.equal((request as { due: string }).due, time);
  });

  it('is a request to the first of the entities for a lock, in the order in which all lock, each once', () => {
    const lock = { type: 'LockEntities', id: 4, criticalSectionId: 'cs', lockSet: ['@b@2', '@a@1', '@b@2'] } as const;
    assert.deepEqual(sent(lock), [
      '@a@1',
      'op',
      {
        id: 'cs',
        parent: 'parent',
        parentExecution: 'run',
        lockset: [
          { name: 'a', key: '1' },
          { name: 'b', key: '2' },
        ],
        pos: 0,
      },
    ]);
    assert.deepEqual(sent({ type: 'UnlockEntity', id: 5, criticalSectionId: 'cs', instanceId: '@a@1' }), [
      '@a@1',
      'release',
      { parent: 'parent', id: 'cs' },
    ]);
  });

  it('leaves every other decision as it is', () => {
    const others: Decision[] = [
      { type: 'ScheduleTask', id: 1, name: 'a', input: null },
      { type: 'SendEvent', id: 2, instanceId: '@c@k', name: 'op', input: '{}' },
    ];
    assert.deepEqual(legacyDecisions(others, from), others);
  });
});

describe('what orchestrators are told of entities', () => {
  const request = JSON.stringify({ id: 'cs', parent: 'parent', lockset: [{ name: 'a', key: '1' }], pos: 0 });
  const history: HistoryEvent[] = [
    { ...row, EventType: 'EventSent', EventId: 1, InstanceId: '@a@1', Name: 'op', Input: request },
    { ...row, EventType: 'EventSent', EventId: 2, InstanceId: '@a@1', Name: 'op', Input: '{"id":"call","op":"get"}' },
  ];
  const raised = (Name: string, Input: string | null = '{"result":null}'): HistoryEvent => ({
    ...row,
    EventType: 'EventRaised',
    Name,
    Input,
  });
  const kind = (event: ProtoEvent | null): string | undefined => event?.eventType?.$case;

  it('is the grant of a lock by its own kind, for SDKs that say sendEntityMessage; the answer to a call is an event', () => {
    const granted = eventInForm('message', raised('cs'), history, from);
    assert.deepEqual(granted?.eventType, { $case: 'entityLockGranted', value: { criticalSectionId: 'cs' } });
    assert.equal(kind(eventInForm('message', raised('call'), history, from)), 'eventRaised');
    assert.equal(kind(eventInForm('message', raised('Approval', '"yes"'), history, from)), 'eventRaised');
  });

  it('is nothing but events for SDKs that say sendEvent', () => {
    assert.equal(kind(eventInForm('event', raised('cs'), history, from)), 'eventRaised');
    const rows: HistoryEvent[] = [
      {
        ...row,
        EventType: 'EntityOperationCalled',
        EventId: 7,
        RequestId: 'r',
        Operation: 'add',
        Input: '1',
        TargetInstanceId: '@c@k',
      },
      { ...row, EventType: 'EntityLockRequested', EventId: 8, CriticalSectionId: 'cs', LockSet: ['@a@1'], Position: 0 },
      { ...row, EventType: 'EntityUnlockSent', EventId: 9, CriticalSectionId: 'cs', TargetInstanceId: '@a@1' },
      { ...row, EventType: 'EntityOperationCompleted', RequestId: 'r', Output: '6' },
      { ...row, EventType: 'EntityLockGranted', CriticalSectionId: 'cs' },
    ];
    assert.deepEqual(
      rows.map((each) => {
        const event = legacyEvent(each, from);
        const { Name = '', Input = null } = event as { Name?: string; Input?: string | null };
        return [event.EventType, event.EventId, Name, Object.keys(JSON.parse(Input ?? '') as object)];
      }),
      [
        ['EventSent', 7, 'op', ['id', 'op', 'input', 'parent', 'parentExecution']],
        ['EventSent', 8, 'op', ['id', 'parent', 'parentExecution', 'lockset', 'pos']],
        ['EventSent', 9, 'release', ['parent', 'id']],
        ['EventRaised', -1, 'r', ['result']],
        ['EventRaised', -1, 'cs', ['result']],
      ],
    );
  });

  it('is a failure with the message under its odd name, and its details', () => {
    const details = { ErrorType: 'T', ErrorMessage: 'no', StackTrace: null, InnerFailure: null, IsNonRetriable: false };
    const event = legacyEvent({ ...row, EventType: 'EntityOperationFailed', RequestId: 'r', FailureDetails: details }, from);
    assert.deepEqual(JSON.parse((event as { Input: string }).Input), {
      result: null,
      exceptionType: 'no',
      failureDetails: details,
    });
  });

  it('is every other row as it came', () => {
    assert.deepEqual(legacyEvent(raised('x'), from), raised('x'));
  });
});

describe('a .NET worker without the azure-managed package', () => {
  let fixture: GrpcFixture;
  let client: StubClient;
  let worker: StubWorker;
  beforeEach(async () => {
    fixture = await GrpcFixture.start();
    client = new StubClient(fixture.address);
    worker = new StubWorker(client);
  });
  afterEach(async () => {
    worker.cancel();
    client.close();
    await fixture.stop();
  });

  const sendEvent = (id: number, to: string, name: string, data: object): OrchestratorAction => ({
    id,
    orchestratorActionType: {
      $case: 'sendEvent',
      value: { instance: { instanceId: to, executionId: undefined }, name, data: JSON.stringify(data) },
    },
  });
  const says = (id: string) => ({ id: `r-${id}`, parent: id, parentExecution: undefined as string | undefined });

  it('calls an entity and locks it by events, and is answered by events', async () => {
    const id = await client.start('o');
    const first = await worker.orchestrator();
    const parentExecution = first.executionId ?? '';
    await worker.answer(first, [sendEvent(0, '@counter@k', 'op', { ...says(id), parentExecution, op: 'add', input: '5' })]);

    const { request, completionToken } = await worker.next();
    assert.equal(request?.$case, 'entityRequestV2');
    const [operation] = request.value.operationRequests;
    assert.equal(operation?.eventType?.$case, 'entityOperationCalled');
    assert.equal(operation.eventType.value.input, '5');
    await client.call('completeEntityTask', {
      results: [
        {
          resultType: {
            $case: 'failure',
            value: {
              failureDetails: {
                errorType: 'Overflow',
                errorMessage: 'too many',
                stackTrace: undefined,
                innerFailure: undefined,
                isNonRetriable: false,
                properties: {},
              },
              startTimeUtc: undefined,
              endTimeUtc: undefined,
            },
          },
        },
      ],
      actions: [],
      entityState: '0',
      failureDetails: undefined,
      completionToken,
      operationInfos: [],
      requiresState: false,
    });

    const second = await worker.orchestrator();
    const answer = second.newEvents.at(-1)?.eventType;
    assert.equal(answer?.$case, 'eventRaised');
    assert.equal(answer.value.name, `r-${id}`);
    const { exceptionType, failureDetails } = JSON.parse(answer.value.input ?? '') as Record<string, unknown>;
    assert.equal(exceptionType, 'too many');
    assert.equal((failureDetails as { ErrorType: string }).ErrorType, 'Overflow');

    const lockset = [{ name: 'counter', key: 'k' }];
    await worker.answer(second, [sendEvent(1, '@counter@k', 'op', { id: 'cs', parent: id, parentExecution, lockset, pos: 0 })]);
    const third = await worker.orchestrator();
    const granted = third.newEvents.at(-1)?.eventType;
    assert.equal(granted?.$case, 'eventRaised');
    assert.equal(granted.value.name, 'cs');
    assert.equal((await fixture.emulator.hub.getEntity('@counter@k'))?.lockedBy, id);
    await worker.answer(third, [sendEvent(2, '@counter@k', 'release', { parent: id, id: 'cs' }), completion(3, '"done"')]);
    assert.equal((await fixture.emulator.hub.waitForCompletion(id, 10_000)).output, '"done"');
    assert.equal((await fixture.emulator.hub.getEntity('@counter@k'))?.lockedBy, null);
  });
});
