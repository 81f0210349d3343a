/**
 * Function apps of the gRPC passthrough dialect (durable-functions 4; spec/grpc.md 5.3, spec/functions-worker.md 10), played by the published
 * core SDK behind the bindings' flag.
 */
import assert from 'node:assert/strict';
import type { EventRaised, EventSent, HistoryEvent } from '../../src/core/history/history';
import type { InstanceRow } from '../../src/core/instances/instance';
import type { LogEntry } from '../../src/core/ports/logger';
import { isTerminal } from '../../src/core/values/status';
import { type Emulator, startEmulator } from '../../src/emulator/emulator';
import { WorkerFixture } from '../workers/worker-fixture';

describe('a function app of the gRPC dialect', () => {
  const fixture = new WorkerFixture();
  const logs: LogEntry[] = [];
  const waiters = new Set<() => void>();
  const happened = (): void => {
    for (const waiter of [...waiters]) waiter();
  };
  let emulator: Emulator;

  before(async () => {
    const dir = await fixture.copy('passthrough', { packages: ['@microsoft', '@grpc'] });
    emulator = await startEmulator({
      appDir: dir,
      port: 0,
      grpc: { port: 0 },
      memory: true,
      logger: (entry) => {
        logs.push(entry);
        happened();
      },
    });
    emulator.hub.subscribe(happened);
  });
  after(async () => {
    await emulator.stop();
    await fixture.cleanUp();
  });

  const start = async (name: string, input?: unknown): Promise<string> =>
    (await emulator.hub.start({ name, input: input === undefined ? null : JSON.stringify(input) })).instanceId;

  /** What `look` finds, asked again after every change of an instance and every line of the log. */
  async function eventually<V>(look: () => Promise<V | undefined> | V | undefined): Promise<V> {
    let again = (): void => undefined;
    const waiter = (): void => again();
    waiters.add(waiter);
    try {
      for (;;) {
        const next = new Promise<void>((resolve) => (again = resolve));
        const found = await look();
        if (found !== undefined) return found;
        await next;
      }
    } finally {
      waiters.delete(waiter);
    }
  }
  const until = (instanceId: string, isIt: (row: InstanceRow) => boolean): Promise<InstanceRow> =>
    eventually(async () => {
      const row = await emulator.hub.get(instanceId);
      return row !== undefined && isIt(row) ? row : undefined;
    });
  const ended = (instanceId: string): Promise<InstanceRow> => until(instanceId, (row) => isTerminal(row.runtimeStatus));

  async function outputOf(name: string, input?: unknown): Promise<unknown> {
    const row = await ended(await start(name, input));
    assert.equal(row.runtimeStatus, 'Completed', row.output ?? row.failureDetails?.ErrorMessage);
    return JSON.parse(row.output ?? 'null') as unknown;
  }
  async function failureOf(name: string, input?: unknown): Promise<InstanceRow> {
    const row = await ended(await start(name, input));
    assert.equal(row.runtimeStatus, 'Failed', row.output ?? '');
    return row;
  }
  const history = (id: string): Promise<readonly HistoryEvent[]> => emulator.hub.history(id);

  async function post(name: string, body: unknown): Promise<{ status: number; body: unknown }> {
    const response = await fetch(`${emulator.url}/api/${name}`, { method: 'POST', body: JSON.stringify(body) });
    return { status: response.status, body: await response.json() };
  }

  it('runs the hello sequence: ids from 1, nothing marked as played, inputs stored as they are', async () => {
    const id = await start('HelloCities');
    const row = await ended(id);
    assert.equal(row.output, '["Hello Tokyo!","Hello Seattle!","Hello London!"]');
    assert.equal(row.customStatus, '{"last":"London"}');
    const events = await history(id);
    const scheduled = events.filter((event) => event.EventType === 'TaskScheduled');
    assert.deepEqual(
      scheduled.map((event) => [event.EventId, event.Input]),
      [
        [1, '"Tokyo"'],
        [2, '"Seattle"'],
        [3, '"London"'],
      ],
    );
    assert.ok(events.every((event) => !event.IsPlayed));
    assert.equal(row.profile, 'G');
    assert.equal(row.version, '1.0');
  });

  it('lists what the user wrote, and not what the package brought along', () => {
    const names = emulator.functions().map((fn) => fn.name);
    assert.ok(names.includes('HelloCities') && names.includes('SayHello') && names.includes('Counter'));
    assert.deepEqual(
      names.filter((name) => name.startsWith('BuiltIn__')),
      [],
    );
  });

  it('hands an activity its input as it is', async () => {
    assert.deepEqual(await outputOf('Echoes', ['a', 1, true, [1, 2], { b: null }, '[1]', null]), [
      { value: 'a', type: 'string' },
      { value: 1, type: 'number' },
      { value: true, type: 'boolean' },
      { value: [1, 2], type: 'object' },
      { value: { b: null }, type: 'object' },
      { value: '[1]', type: 'string' },
      { value: null, type: 'object' },
    ]);
  });

  it('fans out and in', async () => {
    assert.equal(await outputOf('FanOut', 50), 50);
  });

  it('fails an orchestration whose activity failed, and lets another catch it', async () => {
    const row = await failureOf('Fails', 'no bread');
    assert.match(row.failureDetails?.ErrorMessage ?? '', /no bread/);
    const failed = (await history(row.instanceId)).find((event) => event.EventType === 'TaskFailed');
    assert.equal(failed?.FailureDetails?.ErrorType, '(unknown)');
    assert.equal(failed.FailureDetails.ErrorMessage, 'no bread');
    assert.match(failed.FailureDetails.StackTrace ?? '', /functions\.js/);
    const caught = (await outputOf('Catches', 'Shortage: no bread')) as { message: string; type: string };
    assert.match(caught.message, /no bread/);
    assert.equal(caught.type, 'Shortage');
  });

  it('tries an activity again by the SDK’s own timers', async () => {
    assert.equal(await outputOf('Retries'), 3);
  });

  it('fails what calls functions that the app does not have, and names those it has', async () => {
    for (const kind of ['activity', 'orchestrator']) {
      const { failureDetails } = await failureOf('Unknown', kind);
      assert.match(failureDetails?.ErrorMessage ?? '', new RegExp(`'Nowhere' doesn't exist.*known ${kind} functions:.*`), kind);
      assert.doesNotMatch(failureDetails?.ErrorMessage ?? '', /BuiltIn__/);
    }
  });

  it('fails a call of an entity that the app does not have, and refuses a signal to it over HTTP', async () => {
    assert.match(String(await outputOf('AsksNobody')), /'nobody' doesn't exist.*known entity functions:.*'Counter'/);
    await assert.rejects(emulator.hub.signalEntity('@nobody@k', 'get'), { code: 'UnknownFunction' });
  });

  it('refuses to start what the app does not have, over HTTP and from its own client', async () => {
    await assert.rejects(start('Nowhere'), { code: 'UnknownFunction', message: /known orchestrator functions: .*'HelloCities'/ });
    const refused = await post('Start', { name: 'Nowhere' });
    assert.equal(refused.status, 400);
    assert.match((refused.body as { message: string }).message, /'Nowhere' doesn't exist/);
  });

  it('waits for an event and for a timer, and is suspended, resumed and terminated', async () => {
    const id = await start('WaitsFor');
    await until(id, (row) => row.runtimeStatus === 'Running');
    await emulator.hub.suspend(id, 'lunch');
    await until(id, (row) => row.runtimeStatus === 'Suspended');
    const again = await post('Suspend', { id });
    assert.match((again.body as { message: string }).message, /Suspended/);
    await emulator.hub.raiseEvent(id, 'approval', '"yes"');
    await emulator.hub.resume(id, 'back');
    assert.equal((await ended(id)).output, '"yes"');

    const other = await start('WaitsFor');
    await until(other, (row) => row.runtimeStatus === 'Running');
    await emulator.hub.terminate(other, '"enough"');
    const row = await ended(other);
    assert.deepEqual([row.runtimeStatus, row.output], ['Terminated', '"enough"']);
  });

  it('keeps its tags when it is restarted by a client of the protocol', async () => {
    const { instanceId } = await emulator.hub.start({ name: 'HelloCities', input: null, tags: { shop: 'ä' } });
    await ended(instanceId);
    for (const newInstanceId of [true, false]) {
      const again = await emulator.hub.restart(instanceId, { newInstanceId, keepsTags: true });
      assert.deepEqual((await ended(again.instanceId)).tags, { shop: 'ä' }, String(newInstanceId));
    }
  });

  it('calls children and tells them of their parent', async () => {
    const id = await start('Parent', ['a', 'b']);
    const row = await ended(id);
    assert.deepEqual(JSON.parse(row.output ?? ''), [
      { name: 'a', parent: id },
      { name: 'b', parent: id },
    ]);
  });

  it('continues as new, and keeps events that came early', async () => {
    const id = await start('CountsUp', 0);
    for (const word of ['x', 'y', 'z']) await emulator.hub.raiseEvent(id, 'Next', JSON.stringify(word));
    assert.equal((await ended(id)).output, '"2 z"');
  });

  it('runs the functions that the package brought along', async () => {
    assert.deepEqual(await outputOf('CallsHttp', 'http://localhost/x'), { statusCode: 200, content: 'http://localhost/x' });
  });

  it('gives instances the version of host.json unless they are started with another', async () => {
    assert.equal(await outputOf('Version'), '1.0');
    const { body } = await post('Start', { name: 'Version', version: '2.1' });
    assert.equal((await ended(body as string)).output, '"2.1"');
  });

  it('calls and signals entities; the history has them as EventSent and EventRaised', async () => {
    const id = await start('UsesCounter', 'one');
    const row = await ended(id);
    assert.deepEqual(JSON.parse(row.output ?? ''), { sum: 7, failure: 'no such thing', now: 7 });
    const events = await history(id);
    const sent = events.filter((event): event is EventSent => event.EventType === 'EventSent');
    assert.deepEqual(
      sent.map(({ InstanceId, Name, Input }) => {
        const { op, signal = false, parent } = JSON.parse(Input ?? '') as Record<string, unknown>;
        return [InstanceId, Name, op, signal, parent];
      }),
      [
        ['@counter@one', 'op', 'add', true, id],
        ['@counter@one', 'op', 'add', false, id],
        ['@counter@one', 'op', 'fail', false, id],
        ['@counter@one', 'op', 'get', false, id],
      ],
    );
    const raised = events.filter((event): event is EventRaised => event.EventType === 'EventRaised');
    assert.deepEqual(
      raised.map(({ Input }) => Object.keys(JSON.parse(Input ?? '') as object)),
      [['result'], ['result', 'exceptionType', 'failureDetails'], ['result']],
    );
    assert.ok(!events.some((event) => event.EventType.startsWith('Entity')));
  });

  it('holds locks over a critical section, and frees them', async () => {
    await emulator.hub.signalEntity('@counter@from', 'add', { input: '100' });
    const outputs = await Promise.all([10, 20, 30].map((amount) => outputOf('Transfers', amount)));
    assert.ok(outputs.every((output) => (output as { inSection: boolean }).inSection));
    const [from, to] = [await emulator.hub.getEntity('@counter@from'), await emulator.hub.getEntity('@counter@to')];
    assert.deepEqual([from?.state, to?.state], ['40', '60']);
    assert.deepEqual([from?.lockedBy, to?.lockedBy], [null, null]);
  });

  it('lets entities signal others and start orchestrations', async () => {
    await post('Signal', { key: 'teller', operation: 'tell', input: { key: 'told', amount: 3 } });
    await eventually(async () => ((await emulator.hub.getEntity('@counter@told'))?.state === '3' ? true : undefined));
    await emulator.hub.signalEntity('@counter@teller', 'start', { input: 'null' });
    await eventually(async () => {
      const { instances } = await emulator.hub.query({ statuses: ['Completed'], pageSize: 100 });
      return instances.find((row) => row.name === 'HelloCities' && row.tags !== null);
    });
  });

  it('serves the client of the app, which finds gRPC port, hub and key in its binding', async () => {
    const { body: binding } = await post('Binding', {});
    assert.deepEqual(binding, {
      taskHubName: 'PassthroughHub',
      connectionName: 'Storage',
      rpcBaseUrl: `http://localhost:${emulator.grpc?.port ?? 0}`,
      requiredQueryStringParameters: `code=${encodeURIComponent(emulator.key)}`,
      httpBaseUrl: `${emulator.url}/runtime/webhooks/durabletask`,
      baseUrl: `${emulator.url}/runtime/webhooks/durabletask`,
    });
    const { body } = await post('Run', { name: 'Echoes', input: ['x'] });
    assert.deepEqual((body as { output: unknown }).output, [{ value: 'x', type: 'string' }]);
  });

  it('is started and asked over the HTTP management API as any other', async () => {
    const api = `${emulator.url}/runtime/webhooks/durabletask`;
    const started = await fetch(`${api}/orchestrators/HelloCities?code=${emulator.key}`, { method: 'POST' });
    assert.equal(started.status, 202);
    const { id, statusQueryGetUri } = (await started.json()) as { id: string; statusQueryGetUri: string };
    await ended(id);
    const status = (await (await fetch(`${statusQueryGetUri}&showHistory=true`)).json()) as Record<string, unknown>;
    assert.equal(status['runtimeStatus'], 'Completed');
    assert.deepEqual(status['customStatus'], { last: 'London' });
    assert.deepEqual(
      (status['historyEvents'] as { EventType: string }[]).map((event) => event.EventType),
      ['ExecutionStarted', 'TaskCompleted', 'TaskCompleted', 'TaskCompleted', 'ExecutionCompleted'],
    );
  });

  it('is rewound', async () => {
    const id = await start('Fails', 'again');
    await ended(id);
    const before = (await history(id)).length;
    await emulator.hub.rewind(id, 'try again');
    const row = await ended(id);
    assert.equal(row.runtimeStatus, 'Failed');
    assert.ok(before > 0);
  });

  const hostile: readonly [name: string, answer: RegExp][] = [
    ['Undefined', /answered with undefined/],
    ['Object', /answered with object/],
    ['Empty', /answered with an empty text/],
    ['NoBase64', /answered with text that is not base64/],
    ['NoMessage', /answered with base64 of something that is not the protocol/],
    ['Throws', /failed with an unhandled exception: out of luck/],
  ];
  for (const [name, answer] of hostile) {
    it(`fails an orchestration, and an entity's operation, whose function answers with something else (${name})`, async () => {
      const row = await failureOf(`Answers${name}`);
      assert.match(row.failureDetails?.ErrorMessage ?? '', answer);
      assert.match(row.failureDetails?.ErrorMessage ?? '', new RegExp(`'Answers${name}'`));
      const logged = logs.length;
      await emulator.hub.signalEntity(`@Entity${name}@x`, 'any');
      const line = await eventually(() => logs.slice(logged).find((entry) => answer.test(entry.message)));
      assert.equal(line.functionName?.toLowerCase(), `entity${name}`.toLowerCase());
    });
  }

  it('is replayed by the app itself: what it asked for, step by step, and its custom status', async () => {
    const id = await start('HelloCities');
    const row = await ended(id);
    const request = { instanceId: id, executionId: row.executionId, functionName: row.name, history: await history(id) };
    const { run } = await emulator.replays.open(request);
    assert.deepEqual(
      run.moments.map(({ decisions, customStatus }) => [
        decisions.map((one) => (one.type === 'ScheduleTask' ? one.input : one.type)),
        customStatus,
      ]),
      [
        [['"Tokyo"'], null],
        [['"Seattle"'], '{"last":"Tokyo"}'],
        [['"London"'], '{"last":"Seattle"}'],
        [['CompleteOrchestration'], '{"last":"London"}'],
      ],
    );
    assert.deepEqual([run.end.type, run.disagreement], ['completed', null]);
  });

  it('is replayed through calls of entities and critical sections', async () => {
    for (const [name, input] of [
      ['UsesCounter', 'replayed'],
      ['Transfers', 1],
    ] as const) {
      const id = await start(name, input);
      const row = await ended(id);
      const request = { instanceId: id, executionId: row.executionId, functionName: name, history: await history(id) };
      const { run } = await emulator.replays.open(request);
      assert.deepEqual(
        [run.end.type, run.disagreement, run.end.type === 'completed' ? run.end.output : null],
        ['completed', null, row.output],
      );
    }
  });

  it('fails an orchestration whose function answers for another instance', async () => {
    const row = await failureOf('AnswersOther');
    assert.match(
      row.failureDetails?.ErrorMessage ?? '',
      /'AnswersOther' answered with the response of another instance, 'another'/,
    );
  });
});
