import assert from 'node:assert/strict';
import { DurascopeError, type DurascopeErrorCode } from '../../src/core/values/errors';
import type { HistoryEvent } from '../../src/core/history/history';
import type { ReplayRequest } from '../../src/core/ports/replay-worker';
import { GrpcWorker } from '../../src/grpc/grpc-worker';
import {
  OrchestrationStatus,
  type OrchestratorAction,
  type OrchestratorRequest,
  type OrchestratorResponse,
  WorkItem,
  type WorkItemFilters,
} from '../../src/wire/generated/task-hub-sidecar';
import { replayLimitMs } from '../../src/grpc/program-replays';
import type { WorkerStream } from '../../src/grpc/worker-stream';
import { ManualClock } from '../support/manual-clock';
import { nothingDecided } from './nothing-decided';
import { completion, scheduleTask } from './stub-worker';

const at = (second: number) => `2024-01-01T00:00:0${second}.0000000Z`;
const base = (second: number) => ({ EventId: -1, IsPlayed: false, Timestamp: at(second) });
const history: HistoryEvent[] = [
  { EventType: 'OrchestratorStarted', ...base(0) },
  {
    EventType: 'ExecutionStarted',
    ...base(0),
    OrchestrationInstance: { InstanceId: 'one', ExecutionId: 'e1' },
    Name: 'Tour',
    Version: '',
    Input: null,
  },
  { EventType: 'TaskScheduled', ...base(0), EventId: 1, Name: 'A', Version: '', Input: null },
  { EventType: 'OrchestratorStarted', ...base(1) },
  { EventType: 'TaskCompleted', ...base(1), TaskScheduledId: 1, Result: '1' },
  { EventType: 'ExecutionCompleted', ...base(1), EventId: 2, OrchestrationStatus: 'Completed', Result: '2' },
];
const request: ReplayRequest = { instanceId: 'one', executionId: 'e1', functionName: 'Tour', history };

interface Sent extends OrchestratorRequest {
  token: string;
}

/** A program at the worker's streams whose items are looked at and answered by hand. */
class Program {
  readonly sent: Sent[] = [];
  readonly stream: WorkerStream;

  constructor(
    private readonly worker: GrpcWorker,
    language = 'JavaScript',
    filters?: WorkItemFilters,
    limit = 0,
  ) {
    this.stream = worker.connect(
      {
        identity: { language, sdk: null, workerId: null },
        send: (bytes) => {
          const { request: item, completionToken } = WorkItem.decode(bytes);
          if (item?.$case === 'orchestratorRequest') this.sent.push({ ...item.value, token: completionToken });
        },
        end: () => undefined,
      },
      {
        maxConcurrentOrchestrationWorkItems: limit,
        maxConcurrentActivityWorkItems: 0,
        maxConcurrentEntityWorkItems: 0,
        capabilities: [],
        workItemFilters: filters,
      },
    );
  }

  answer(sent: Sent | undefined, actions: OrchestratorAction[], more: Partial<OrchestratorResponse> = {}): void {
    assert.ok(sent);
    this.worker.completeOrchestrator({
      ...nothingDecided,
      instanceId: sent.instanceId,
      actions,
      completionToken: sent.token,
      ...more,
    });
  }
}

const failed = (errorType: string, errorMessage: string): OrchestratorAction => {
  const action = completion(-1, undefined, OrchestrationStatus.ORCHESTRATION_STATUS_FAILED);
  if (action.orchestratorActionType?.$case === 'completeOrchestration') {
    action.orchestratorActionType.value.failureDetails = {
      errorType,
      errorMessage,
      stackTrace: undefined,
      innerFailure: undefined,
      isNonRetriable: true,
      properties: {},
    };
  }
  return action;
};

describe('questions of replays to connected programs', () => {
  let clock: ManualClock;
  let worker: GrpcWorker;
  let terminated: string[];
  beforeEach(() => {
    clock = new ManualClock();
    terminated = [];
    worker = new GrpcWorker({
      hubName: 'default',
      clock,
      log: () => undefined,
      newId: () => '0123456789abcdef',
      changed: () => undefined,
      terminate: ({ instanceId }) => void terminated.push(instanceId),
    });
  });
  afterEach(() => worker.stop('over'));

  const ask = (rows = history.length, withScheduled = false) => worker.replays.program(request).ask(rows, withScheduled);
  const live = () =>
    worker.runEpisode({
      instanceId: 'one',
      executionId: 'e1',
      name: 'Tour',
      history: history.slice(0, 3),
      newEvents: history.slice(3, 5),
    });
  const refusesWith = (question: Promise<unknown>, code: DurascopeErrorCode, message: RegExp) =>
    assert.rejects(question, (error) => DurascopeError.is(error, code) && message.test(error.message));

  it('lays what came in before the program as past, without ends and scheduled work', async () => {
    const program = new Program(worker);
    const first = ask(2);
    const whole = ask();
    const checked = ask(history.length, true);
    const kinds = program.sent.map(({ pastEvents }) => pastEvents.map(({ eventType }) => eventType?.$case));
    assert.deepEqual(kinds, [
      ['orchestratorStarted', 'executionStarted'],
      ['orchestratorStarted', 'executionStarted', 'orchestratorStarted', 'taskCompleted'],
      ['orchestratorStarted', 'executionStarted', 'taskScheduled', 'orchestratorStarted', 'taskCompleted'],
    ]);
    assert.deepEqual(
      program.sent.map(({ newEvents }) =>
        newEvents.map(({ eventType, timestamp }) => [eventType?.$case, Number(timestamp?.seconds)]),
      ),
      [0, 1, 1].map((second) => [['orchestratorStarted', Date.parse(at(second)) / 1000]]),
    );
    for (const sent of program.sent) program.answer(sent, [scheduleTask(1, 'A')], { customStatus: '"s"' });
    for (const answer of await Promise.all([first, whole, checked])) {
      assert.equal(answer.customStatus, '"s"');
      assert.deepEqual(
        answer.decisions.map(({ type, id }) => [type, id]),
        [['ScheduleTask', 1]],
      );
    }
  });

  it('keeps the answer from real work on the same instance, whichever comes first', async () => {
    const program = new Program(worker);
    const real = live();
    const question = ask();
    const [work, replay] = program.sent;
    assert.notEqual(work?.token, replay?.token);
    program.answer(replay, [completion(9, '"replayed"')]);
    program.answer(work, [completion(2, '"real"')]);
    assert.equal((await question).decisions[0]?.id, 9);
    assert.equal((await real).decisions[0]?.id, 2);
    assert.equal(program.stream.inFlight.orchestrator, 0);
  });

  it('does not end the instances that the code would end', async () => {
    const program = new Program(worker);
    const question = ask();
    const terminate: OrchestratorAction = {
      id: 3,
      orchestratorActionType: {
        $case: 'terminateOrchestration',
        value: { instanceId: 'other', reason: undefined, recurse: true },
      },
    };
    program.answer(program.sent[0], [terminate, completion(4)]);
    await question;
    assert.deepEqual(terminated, []);
  });

  it('puts an answer together that comes in pieces', async () => {
    const program = new Program(worker, 'Java');
    const question = ask();
    program.answer(program.sent[0], [scheduleTask(1, 'A')], { isPartial: true, customStatus: '"early"' });
    program.answer(program.sent[0], [completion(2)]);
    const { decisions, customStatus } = await question;
    assert.deepEqual([decisions.length, customStatus], [2, '"early"']);
  });

  it('gives a worker that echoes no tokens one thing of an instance at a time', async () => {
    const program = new Program(worker, 'Go');
    const question = ask();
    const other = ask();
    const real = live();
    assert.equal(program.sent.length, 1);
    program.answer(program.sent[0], [completion(7)], { completionToken: '' });
    assert.equal((await question).decisions[0]?.id, 7);
    assert.equal(program.sent.length, 2);
    program.answer(program.sent[1], [completion(8)], { completionToken: '' });
    assert.equal(program.sent.length, 3);
    program.answer(program.sent[2], [completion(9)], { completionToken: '' });
    assert.deepEqual([await other, await real].map(({ decisions }) => decisions[0]?.id).sort(), [8, 9]);
  });

  it('learns from the first answer whether a program echoes tokens', async () => {
    for (const [language, token] of [
      ['Java', 'echoed'],
      ['Java', ''],
      ['Python', ''],
    ] as const) {
      const program = new Program(worker, language);
      const first = ask();
      program.answer(program.sent[0], [completion(7)], token === '' ? { completionToken: '' } : {});
      await first;
      const others = [ask(), ask()];
      assert.equal(program.sent.length, token === '' ? 2 : 3, language);
      for (let at = 1; at < 3; at++)
        program.answer(program.sent[at], [completion(7 + at)], token === '' ? { completionToken: '' } : {});
      assert.deepEqual(
        (await Promise.all(others)).map(({ decisions }) => decisions[0]?.id),
        [8, 9],
      );
      worker.disconnect(program.stream);
    }
  });

  it('P4: never asks a program whether rows fit whose SDK may end it then', async () => {
    const program = new Program(worker, 'Go');
    const replay = worker.replays.program(request);
    const question = replay.ask(2, false);
    program.answer(program.sent[0], [completion(7)], { completionToken: '' });
    await question;
    assert.equal(replay.canRefuse, false);
    await refusesWith(replay.ask(history.length, true), 'UnknownFunction', /./);
    assert.equal(program.sent.length, 1);
  });

  it('does not take the late answer of such a worker for real work', async () => {
    const program = new Program(worker, 'Go');
    const question = ask();
    void question.catch(() => undefined);
    clock.advance(replayLimitMs);
    await refusesWith(question, 'WorkerHung', /Go program did not say/);
    const real = live();
    assert.equal(program.sent.length, 1);
    program.answer(program.sent[0], [completion(7)], { completionToken: '' });
    assert.equal(program.sent.length, 2);
    program.answer(program.sent[1], [completion(8)], { completionToken: '' });
    assert.equal((await real).decisions[0]?.id, 8);
  });

  it('says which program to start when none is connected, or none runs the orchestrator', async () => {
    await refusesWith(ask(), 'UnknownFunction', /No program is connected.*start the program that runs 'Tour'/);
    const others = new Program(worker, 'Python', {
      orchestrations: [{ name: 'Other', versions: [] }],
      activities: [],
      entities: [],
    });
    await refusesWith(ask(), 'UnknownFunction', /None of the connected programs \(Python\)/);
    assert.equal(others.sent.length, 0);
  });

  it('asks another program when one does not have the orchestrator after all', async () => {
    const first = new Program(worker);
    const second = new Program(worker, 'Python');
    const question = ask();
    first.answer(first.sent[0], [failed('OrchestratorNotRegisteredError', "A 'Tour' orchestrator was not registered.")]);
    second.answer(second.sent[0], [completion(5)]);
    assert.equal((await question).decisions[0]?.id, 5);
    const alone = ask();
    const unknown = [failed('OrchestratorNotRegisteredError', "A 'Tour' orchestrator was not registered.")];
    // Whichever is asked first, the other one is asked then.
    for (const program of first.sent.length > 1 ? [first, second] : [second, first]) program.answer(program.sent[1], unknown);
    await refusesWith(alone, 'UnknownFunction', /start the program that runs 'Tour'/);
  });

  it('prefers the program that has run the orchestrator', async () => {
    const idle = new Program(worker);
    const runs = new Program(worker);
    runs.stream.noteRun('orchestrator', 'Tour');
    const question = ask();
    assert.deepEqual([idle.sent.length, runs.sent.length], [0, 1]);
    runs.answer(runs.sent[0], [completion(1)]);
    await question;
  });

  it('ends a question when the program does not answer, gives it back, goes away, or the replay is closed', async () => {
    const program = new Program(worker);
    const late = ask();
    void late.catch(() => undefined);
    clock.advance(replayLimitMs);
    await refusesWith(late, 'WorkerHung', /breakpoint/);
    program.answer(program.sent[0], [completion(1)]); // Nobody listens any more.

    const given = ask();
    worker.abandon('orchestrator', program.sent[1]?.token ?? '');
    await refusesWith(given, 'UnknownFunction', /start the program/);

    const replay = worker.replays.program(request);
    const closed = replay.ask(2, false);
    replay.close();
    await refusesWith(closed, 'Stopped', /closed/);
    await refusesWith(replay.ask(2, false), 'Stopped', /closed/);

    const gone = ask();
    worker.disconnect(program.stream);
    await refusesWith(gone, 'WorkerExited', /JavaScript program that runs 'Tour' went away/);
    assert.equal(program.stream.inFlight.orchestrator, 0);
  });

  it('waits for room at a program that is busy, and not for ever', async () => {
    const program = new Program(worker, 'Python', undefined, 1);
    const real = live();
    const question = ask();
    const late = ask();
    void late.catch(() => undefined);
    assert.equal(program.sent.length, 1);
    program.answer(program.sent[0], [completion(1)]);
    await real;
    assert.equal(program.sent.length, 2);
    clock.advance(replayLimitMs / 2);
    program.answer(program.sent[1], [completion(2)]);
    await question;
    assert.equal(program.sent.length, 3);
    clock.advance(replayLimitMs);
    await refusesWith(late, 'WorkerHung', /did not say/);
  });
});
