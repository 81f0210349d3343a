/**
 * What one SDK leaves out, sends empty or reads unasked: the rows of the table in docs/durable-task-sdks.md, each as the protocol has it.
 * A row's title begins with the SDK that is meant.
 */
import { status, type ServiceError } from '@grpc/grpc-js';
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import {
  type HistoryChunk,
  OrchestrationStatus,
  type OrchestratorAction,
  type TaskFailureDetails,
} from '../../src/wire/generated/task-hub-sidecar';
import { projectRoot } from '../support/durascope-program';
import { GrpcFixture } from './grpc-fixture';
import { completion, scheduleTask, type StubClient, StubWorker } from './stub-worker';

const { ORCHESTRATION_STATUS_FAILED, ORCHESTRATION_STATUS_RUNNING, ORCHESTRATION_STATUS_COMPLETED } = OrchestrationStatus;
const noFilters = { orchestrations: [], activities: [], entities: [] };

describe('fields that SDKs leave out, send empty or require', () => {
  let fixture: GrpcFixture;
  let client: StubClient;
  let worker: StubWorker;
  const rows: string[] = [];

  beforeEach(async () => {
    fixture = await GrpcFixture.start();
    client = fixture.stub();
    worker = new StubWorker(client);
  });
  afterEach(async () => {
    worker.cancel();
    await fixture.stop();
  });

  /** `field` is the row's first cell. */
  const row = (field: string, title: string, check: () => Promise<void>): void => {
    rows.push(field);
    it(`${title} (${field})`, check);
  };
  const ended = (id: string) => fixture.emulator.hub.waitForCompletion(id, 10_000);
  const reconnect = (request: ConstructorParameters<typeof StubWorker>[1]): void => {
    worker.cancel();
    worker = new StubWorker(fixture.stub(), request);
  };
  const get = async (instanceId: string, getInputsAndOutputs: boolean) => {
    const { orchestrationState } = await client.call('getInstance', { instanceId, getInputsAndOutputs });
    assert.ok(orchestrationState);
    return orchestrationState;
  };
  const failing = (): OrchestratorAction => {
    const action = completion(0, undefined, ORCHESTRATION_STATUS_FAILED);
    if (action.orchestratorActionType?.$case === 'completeOrchestration')
      action.orchestratorActionType.value.failureDetails = failure;
    return action;
  };
  const startedWith = async (replaceableStatus: OrchestrationStatus[]): Promise<number> =>
    client.start('o', { instanceId: 'one', orchestrationIdReusePolicy: { replaceableStatus } }).then(
      () => status.OK,
      (error: unknown) => (error as ServiceError).code,
    );

  describe('of requests', () => {
    row('`workItemFilters` without entries', '.NET sends filters without entries: it takes all work', async () => {
      reconnect({ workItemFilters: noFilters });
      await client.start('o');
      await worker.answer(await worker.orchestrator(), [scheduleTask(0, 'a')]);
      assert.equal((await worker.activity()).name, 'a');
      const [connected] = fixture.emulator.connectedWorkers();
      assert.equal(connected?.isAnnounced, false);
    });

    row('`workItemFilters` of some kinds only', 'a kind without entries beside one with some is not for the worker', async () => {
      reconnect({ workItemFilters: { ...noFilters, orchestrations: [{ name: 'o', versions: [] }] } });
      const other = new StubWorker(fixture.stub(), {
        workItemFilters: { ...noFilters, activities: [{ name: 'a', versions: [] }] },
      });
      await client.start('o');
      await worker.answer(await worker.orchestrator(), [scheduleTask(0, 'a')]);
      assert.equal((await other.activity()).name, 'a');
      assert.equal(worker.waiting, 0);
      other.cancel();
    });

    row('`maxConcurrent…WorkItems` = 0', 'JavaScript and Go say 0 for the most that they take: there is no limit', async () => {
      for (let left = 0; left < 120; left++) await client.start('o');
      for (let left = 0; left < 120; left++) await worker.orchestrator();
    });

    row('`scheduledStartTimestamp` of 1970', 'JavaScript sends the beginning of time for "now"', async () => {
      const id = await client.start('o', { scheduledStartTimestamp: { seconds: 0, nanos: 0 } });
      assert.equal((await worker.orchestrator()).instanceId, id);
      assert.equal((await get(id, false)).scheduledStartTimestamp, undefined);
    });

    row('`version` empty', 'an empty version is none', async () => {
      const id = await client.start('o', { version: '' });
      await worker.orchestrator();
      assert.equal((await get(id, false)).version, undefined);
    });

    row('`orchestrationIdReusePolicy.action`', 'Go has an older policy, whose action is said beside the statuses', async () => {
      await client.start('o', { instanceId: 'one' });
      const policy = (action: number) => ({
        instanceId: 'one',
        orchestrationIdReusePolicy: { replaceableStatus: [ORCHESTRATION_STATUS_RUNNING, 6 as const], action },
      });
      const first = (await worker.orchestrator()).executionId;
      assert.equal(await client.start('o', policy(1)), 'one');
      assert.equal((await fixture.emulator.hub.get('one'))?.executionId, first);
      await client.start('o', policy(2));
      assert.notEqual((await fixture.emulator.hub.get('one'))?.executionId, first);
    });

    row('`replaceableStatus` without Terminated', '.NET names running statuses too: what is there decides', async () => {
      const allButTerminated = [0, 1, 3, 4, 6, 7] as OrchestrationStatus[];
      // Nothing is there.
      assert.equal(await startedWith(allButTerminated), status.OK);
      // It would have to be terminated, which the policy does not let go of.
      assert.equal(await startedWith(allButTerminated), status.INVALID_ARGUMENT);
      await worker.answer(await worker.orchestrator(), [completion(0)]);
      await ended('one');
      assert.equal(await startedWith([0, 3, 4, 6, 7]), status.ALREADY_EXISTS);
      assert.equal(await startedWith(allButTerminated), status.OK);
      assert.equal(await startedWith([ORCHESTRATION_STATUS_COMPLETED]), status.ALREADY_EXISTS);
      assert.equal(await startedWith([0, 1, 3, 4, 5, 6, 7]), status.OK);
    });

    row('`completionToken` left out', 'Go echoes no token: work is known by instance and task', async () => {
      const id = await client.start('o');
      await worker.answer({ ...(await worker.orchestrator()), token: '' }, [scheduleTask(0, 'a')]);
      await worker.complete({ ...(await worker.activity()), token: '' }, '1');
      await worker.answer({ ...(await worker.orchestrator()), token: '' }, [completion(1, '"done"')]);
      assert.equal((await ended(id)).output, '"done"');
    });

    row('`isPartial`, `chunkIndex`', '.NET and Java cut large answers into pieces', async () => {
      const id = await client.start('o');
      const work = await worker.orchestrator();
      await worker.answer(work, [scheduleTask(0, 'a')], { isPartial: true, chunkIndex: 0, customStatus: '"one"' });
      await worker.answer(work, [scheduleTask(1, 'b')], { chunkIndex: 1 });
      assert.deepEqual([(await worker.activity()).name, (await worker.activity()).name], ['a', 'b']);
      assert.equal((await get(id, true)).customStatus, '"one"');
    });

    row('`customStatus` empty', 'Java always sends a custom status: an empty one is none', async () => {
      const id = await client.start('o');
      await worker.answer(await worker.orchestrator(), [scheduleTask(0, 'a')], { customStatus: '"here"' });
      assert.equal((await get(id, true)).customStatus, '"here"');
      await worker.complete(await worker.activity(), undefined);
      await worker.answer(await worker.orchestrator(), [scheduleTask(1, 'b')], { customStatus: '' });
      await worker.activity();
      assert.equal((await get(id, true)).customStatus, undefined);
    });

    row(
      '`OrchestratorAction.id`, `result` left out',
      '.NET fails outside of the code with an action of details alone',
      async () => {
        const id = await client.start('o');
        await worker.answer(await worker.orchestrator(), [failing()]);
        const { runtimeStatus, failureDetails } = await ended(id);
        assert.deepEqual([runtimeStatus, failureDetails?.ErrorType], ['Failed', 'OrchestratorTaskNotFound']);
      },
    );

    row('`CreateSubOrchestrationAction.instanceId` empty', 'a child without an id is given one', async () => {
      const id = await client.start('o');
      await worker.answer(await worker.orchestrator(), [
        {
          id: 3,
          orchestratorActionType: {
            $case: 'createSubOrchestration',
            value: {
              instanceId: '',
              name: 'child',
              version: undefined,
              input: undefined,
              tags: {},
              parentTraceContext: undefined,
            },
          },
        },
      ]);
      assert.equal((await worker.orchestrator()).instanceId, `${id}:0003`);
    });

    row('`lastInstanceKey`, `continuationToken` empty', '.NET and Java ask for the first page with an empty key', async () => {
      const id = await client.start('o');
      await worker.answer(await worker.orchestrator(), [completion(0)]);
      await ended(id);
      const { instanceIds } = await client.call('listInstanceIds', {
        runtimeStatus: [],
        completedTimeFrom: undefined,
        completedTimeTo: undefined,
        pageSize: 0,
        lastInstanceKey: '',
      });
      assert.deepEqual(instanceIds, [id]);
      assert.equal((await query({ continuationToken: '' })).orchestrationState.length, 1);
    });

    row('`EntityBatchResult.results` empty', 'an entity that failed before its first operation is asked again', async () => {
      await signal('@counter@a');
      const first = await nextEntity();
      await client.call('completeEntityTask', {
        results: [],
        actions: [],
        entityState: undefined,
        failureDetails: failure,
        completionToken: first.completionToken,
        operationInfos: [],
        requiresState: false,
      });
      const again = await nextEntity();
      assert.deepEqual(
        again.request.operationRequests.map(({ eventType }) => eventType?.$case),
        ['entityOperationSignaled'],
      );
    });

    row('Abandon… with a token that is over', '.NET gives work back that is no longer its own: that is no error', async () => {
      for (const method of [
        'abandonTaskOrchestratorWorkItem',
        'abandonTaskActivityWorkItem',
        'abandonTaskEntityWorkItem',
      ] as const)
        await client.call(method, { completionToken: 'gone' });
    });
  });

  describe('of what they are sent', () => {
    row('`entityMessageReorderWindow`', '.NET reads the window of every orchestrator work item', async () => {
      await client.start('o');
      const { entityParameters } = await worker.orchestrator();
      assert.deepEqual(entityParameters, { entityMessageReorderWindow: { seconds: 1800, nanos: 0 } });
    });

    row('`newEvents`', 'Python wants new events, all SDKs the time first', async () => {
      await client.start('o');
      const { newEvents } = await worker.orchestrator();
      assert.deepEqual(
        newEvents.map(({ eventType }) => eventType?.$case),
        ['orchestratorStarted', 'executionStarted'],
      );
    });

    row('`executionId`', 'JavaScript makes ids of children out of 32 hexadecimal digits', async () => {
      await client.start('o');
      assert.match((await worker.orchestrator()).executionId ?? '', /^[0-9a-f]{32}$/);
    });

    row('`HistoryEvent.timestamp`', '.NET reads the time of every row', async () => {
      const id = await client.start('o');
      await worker.answer(await worker.orchestrator(), [scheduleTask(0, 'a'), timer(1)]);
      await worker.complete(await worker.activity(), undefined);
      const { pastEvents, newEvents } = await worker.orchestrator();
      for (const { timestamp } of [...pastEvents, ...newEvents]) assert.ok((timestamp?.seconds ?? 0) > 0);
      const chunks = client.stream('streamInstanceHistory', {
        instanceId: id,
        executionId: undefined,
        forWorkItemProcessing: false,
      }) as AsyncIterable<HistoryChunk>;
      for await (const { events } of chunks) for (const { timestamp } of events) assert.ok((timestamp?.seconds ?? 0) > 0);
    });

    row('`ExecutionStarted.orchestrationInstance`', '.NET addresses entities from it', async () => {
      const id = await client.start('o');
      const { newEvents, executionId } = await worker.orchestrator();
      const started = newEvents.flatMap(({ eventType }) => (eventType?.$case === 'executionStarted' ? [eventType.value] : []));
      assert.deepEqual(started[0]?.orchestrationInstance, { instanceId: id, executionId });
    });

    row('`pastEvents` after a rewind', 'Java knows neither an end nor a rewind in the past', async () => {
      const id = await client.start('o');
      await worker.answer(await worker.orchestrator(), [scheduleTask(0, 'a')]);
      await worker.complete(await worker.activity(), undefined, { failureDetails: failure });
      await worker.answer(await worker.orchestrator(), [failing()]);
      await ended(id);
      await client.call('rewindInstance', { instanceId: id, reason: 'mended' });
      await worker.answer(await worker.orchestrator(), [scheduleTask(0, 'a')]);
      await worker.complete(await worker.activity(), '1');
      const { pastEvents } = await worker.orchestrator();
      const kinds = pastEvents.map(({ eventType }) => eventType?.$case);
      assert.ok(!kinds.includes('executionCompleted') && !kinds.includes('executionRewound'), kinds.join(' '));
    });

    row('`createdTimestamp`, `lastUpdatedTimestamp`', '.NET reads both times of every instance', async () => {
      const id = await client.start('o', { scheduledStartTimestamp: { seconds: 32_503_680_000, nanos: 0 } });
      const [found] = (await query({})).orchestrationState;
      for (const state of [await get(id, false), await get(id, true), found])
        assert.ok((state?.createdTimestamp?.seconds ?? 0) > 0 && (state?.lastUpdatedTimestamp?.seconds ?? 0) > 0);
    });

    row('`failureDetails` without payloads', '.NET wants none where inputs and outputs were not asked for', async () => {
      const id = await client.start('o', { input: '1' });
      await worker.answer(await worker.orchestrator(), [failing()], { customStatus: '2' });
      await ended(id);
      const bare = await get(id, false);
      assert.deepEqual(
        [bare.input, bare.output, bare.customStatus, bare.failureDetails, bare.orchestrationStatus],
        [undefined, undefined, undefined, undefined, ORCHESTRATION_STATUS_FAILED],
      );
      const whole = await get(id, true);
      assert.deepEqual([whole.input, whole.failureDetails?.errorMessage], ['1', failure.errorMessage]);
      assert.equal((await query({})).orchestrationState[0]?.failureDetails, undefined);
    });

    row('`continuationToken` of the last page', 'an empty one would make clients ask for ever: there is none', async () => {
      await client.start('o');
      assert.equal((await query({})).continuationToken, undefined);
      assert.equal((await query({ maxInstanceCount: 1 })).continuationToken, undefined);
      await client.start('o');
      assert.notEqual((await query({ maxInstanceCount: 1 })).continuationToken ?? '', '');
    });

    row('`requestId` of an operation', '.NET reads it as a GUID, also where the sender names none', async () => {
      await fixture.emulator.hub.signalEntity('@counter@a', 'add', { profile: 'G' });
      const { request } = await nextEntity();
      const [{ eventType } = { eventType: undefined }] = request.operationRequests;
      assert.equal(eventType?.$case, 'entityOperationSignaled');
      assert.match(eventType.value.requestId, /^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$/);
    });

    row('`lastModifiedTime` of an entity', '.NET reads it of every entity', async () => {
      await signal('@counter@a');
      const { completionToken } = await nextEntity();
      await client.call('completeEntityTask', {
        results: [
          { resultType: { $case: 'success', value: { result: undefined, startTimeUtc: undefined, endTimeUtc: undefined } } },
        ],
        actions: [],
        entityState: '1',
        failureDetails: undefined,
        completionToken,
        operationInfos: [],
        requiresState: false,
      });
      const { entity } = await client.call('getEntity', { instanceId: '@counter@a', includeState: false });
      assert.ok((entity?.lastModifiedTime?.seconds ?? 0) > 0);
      assert.equal(entity?.serializedState, undefined);
    });

    row('`isComplete` of a purge', '.NET tells it on', async () => {
      assert.deepEqual(
        await client.call('purgeInstances', {
          request: { $case: 'instanceId', value: 'nobody' },
          recursive: false,
          isOrchestration: true,
        }),
        { deletedInstanceCount: 0, isComplete: true },
      );
    });
  });

  it('are all told in the table, and nothing else is', async () => {
    const text = await readFile(path.join(projectRoot, 'docs', 'durable-task-sdks.md'), 'utf8');
    const table = text.slice(text.indexOf('## Fields'), text.indexOf('## What it costs'));
    const cells = [...table.matchAll(/^\| (?!field|---)(.*?) \|/gm)].map(([, cell]) => cell);
    assert.deepEqual(cells, rows);
  });

  const query = (more: object) =>
    client.call('queryInstances', {
      query: {
        runtimeStatus: [],
        createdTimeFrom: undefined,
        createdTimeTo: undefined,
        taskHubNames: [],
        maxInstanceCount: 0,
        continuationToken: undefined,
        instanceIdPrefix: undefined,
        fetchInputsAndOutputs: false,
        ...more,
      },
    });
  const signal = (instanceId: string) =>
    client.call('signalEntity', {
      instanceId,
      name: 'add',
      input: '1',
      requestId: '',
      scheduledTime: undefined,
      parentTraceContext: undefined,
      requestTime: undefined,
    });
  const nextEntity = async () => {
    const { request, completionToken } = await worker.next();
    assert.equal(request?.$case, 'entityRequestV2');
    return { request: request.value, completionToken };
  };
});

const failure: TaskFailureDetails = {
  errorType: 'OrchestratorTaskNotFound',
  errorMessage: "No orchestrator task named 'o' was found.",
  stackTrace: undefined,
  innerFailure: undefined,
  isNonRetriable: true,
  properties: {},
};

function timer(id: number): OrchestratorAction {
  return {
    id,
    orchestratorActionType: {
      $case: 'createTimer',
      value: { fireAt: { seconds: 32_503_680_000, nanos: 0 } },
    },
  };
}
