/** C# apps of the isolated worker, with the published packages (spec/functionrpc-workers.md). */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dotnetAppOrSkip, RunningEmulator } from './dotnet-app';

describe('a C# function app', () => {
  let app: RunningEmulator;

  before(async function () {
    app = await RunningEmulator.start(await dotnetAppOrSkip(this));
  });
  after(async () => {
    // Absent where it was skipped.
    await (app as RunningEmulator | undefined)?.stop();
  });

  it('is loaded: functions with their triggers, classes too, nothing that a package brought along', () => {
    const functions = new Map(app.emulator.functions().map((fn) => [fn.name, fn]));
    assert.equal(functions.get('HelloCities')?.type, 'orchestrator');
    assert.equal(functions.get('SayHello')?.type, 'activity');
    assert.equal(functions.get('Account')?.type, 'entity');
    assert.equal(functions.get('ClassyOrchestrator')?.type, 'orchestrator');
    assert.equal(functions.get('ClassyActivity')?.type, 'activity');
    const { route, methods, hasDurableClient } = functions.get('HttpStart') ?? {};
    assert.deepEqual({ route, methods, hasDurableClient }, { route: 'start/{name}', methods: ['POST'], hasDurableClient: true });
    assert.equal(functions.get('Nightly')?.schedule, '0 0 3 * * *');
    assert.ok([...functions.values()].every((fn) => fn.type === 'http' || fn.type === 'timer' || fn.profile === 'G'));
  });

  it('runs HelloCities: its rows, its custom status, its log once', async () => {
    const id = await app.start('HelloCities');
    const row = await app.ended(id);
    assert.deepEqual(
      [row.runtimeStatus, row.output, row.customStatus],
      ['Completed', '["Hello Tokyo!","Hello Seattle!","Hello London!"]', '"London"'],
    );
    const history = await app.emulator.hub.history(id);
    const scheduled = history.filter((each) => each.EventType === 'TaskScheduled');
    assert.deepEqual(
      scheduled.map(({ EventId, Name, Input, KeptInput }) => [EventId, Name, Input, KeptInput]),
      [
        [0, 'SayHello', null, '["Tokyo"]'],
        [1, 'SayHello', null, '["Seattle"]'],
        [2, 'SayHello', null, '["London"]'],
      ],
    );
    assert.deepEqual(
      history.map((each) => each.EventType),
      [
        ...['OrchestratorStarted', 'ExecutionStarted', 'TaskScheduled', 'OrchestratorCompleted'],
        ...['OrchestratorStarted', 'TaskCompleted', 'TaskScheduled', 'OrchestratorCompleted'],
        ...['OrchestratorStarted', 'TaskCompleted', 'TaskScheduled', 'OrchestratorCompleted'],
        ...['OrchestratorStarted', 'TaskCompleted', 'ExecutionCompleted', 'OrchestratorCompleted'],
      ],
    );
    const said = app.logs.filter(({ instanceId, message }) => instanceId === id && message.includes('said hello to 3 cities'));
    assert.deepEqual(
      said.map(({ category, functionName }) => [category, functionName]),
      [['user', 'HelloCities']],
    );
    // What the package says of each start and end is in the history.
    assert.ok(!app.logs.some(({ instanceId, category }) => instanceId === id && category === 'worker'));
    const greeting = app.logs.find(({ instanceId, message }) => instanceId === id && message === 'greeting Tokyo');
    assert.deepEqual([greeting?.category, greeting?.functionName], ['user', 'SayHello']);
  });

  it('carries every kind of value into activities and out of them', async () => {
    assert.deepEqual(await app.outputOf('Kinds'), {
      order: { Id: 'a', Amount: 42, Note: null },
      text: 'Hello [1]!',
      list: [3, 2, 1],
      nothing: null,
      flag: false,
      bytes: 'AQID',
      greeting: 'Hello you',
      isOwnId: true,
    });
  });

  it('fans out and in', async () => {
    assert.equal(await app.outputOf('FanOut', 20), 2870);
  });

  it('fails with the details of what was thrown, the inner failure too', async () => {
    const row = await app.ended(await app.start('Failing'));
    assert.equal(row.runtimeStatus, 'Failed');
    assert.equal(
      await app.outputOf('Catching'),
      'System.InvalidOperationException: no stock < System.ArgumentException: the reason',
    );
  });

  it('retries: a timer and a new schedule for each attempt', async () => {
    const id = await app.start('Retrying');
    assert.equal((await app.ended(id)).output, '3');
    const rows = await app.rows(id);
    const count = (type: string): number => rows.filter((each) => each === type).length;
    assert.deepEqual([count('TaskScheduled'), count('TaskFailed'), count('TimerFired')], [3, 2, 2]);
  });

  it('runs children, named and unnamed, and sees their failure', async () => {
    assert.equal(await app.outputOf('Parent'), 'child one child two Microsoft.DurableTask.TaskFailedException');
  });

  it('waits for an event with a time limit, whatever the case of its name', async () => {
    const id = await app.start('Approval');
    await app.until(id, (row) => row.runtimeStatus === 'Running');
    await app.emulator.hub.raiseEvent(id, 'APPROVAL', 'true');
    assert.equal((await app.ended(id)).output, '"approved"');
  });

  it('sleeps, continues as new, and is told its version', async () => {
    assert.equal(await app.outputOf('Sleeping'), 'awake');
    assert.equal(await app.outputOf('Counting', 0), 3);
    assert.equal(await app.outputOf('Versioned'), '1.0');
    assert.equal((await app.ended(await app.start('Versioned', undefined, { version: '2.5' }))).output, '"2.5"');
  });

  it('keeps tags of a start and of calls, and hands versions on', async () => {
    const response = await fetch(`${app.emulator.url}/api/tagged/Tagging?version=3`, { method: 'POST' });
    const { id, Id } = (await response.json()) as { id?: string; Id?: string };
    const row = await app.ended(id ?? Id ?? '');
    assert.deepEqual([row.version, row.tags, row.output], ['3', { order: 'A7' }, '"Hello Rome! 7.1"']);
    const calls = (await app.emulator.hub.history(row.instanceId)).flatMap((event) =>
      event.EventType === 'TaskScheduled' || event.EventType === 'SubOrchestrationInstanceCreated'
        ? [[event.Name, event.Version, event.Tags]]
        : [],
    );
    const tags = { team: 'blue', step: '1' };
    // An activity has the version of its orchestration, a child its own.
    assert.deepEqual(calls, [
      ['SayHello', '3', tags],
      ['Versioned', '7.1', tags],
    ]);
  });

  it('loads with classes of one name and several versions; its package finds none of them', async () => {
    for (const version of ['1', '2']) {
      const { output } = await app.ended(await app.start('Payout', 'you', { version }));
      assert.match(output ?? '', /No orchestrator with name 'Payout' is registered/);
    }
  });

  it('sees inner failures to the last, through a child too', async () => {
    const chain = [
      ...['System.InvalidOperationException: no way', 'System.IO.IOException: the disk'],
      'System.TimeoutException: the cable',
    ].join(' < ');
    assert.equal(await app.outputOf('CatchingDeep', false), chain);
    const through = "Microsoft.DurableTask.TaskFailedException: Task 'ThrowDeep' (#0) failed with an unhandled exception: no way";
    assert.equal(await app.outputOf('CatchingDeep', true), `${through} < ${chain}`);
  });

  it('calls a URL durably, asking again while the answer is 202', async () => {
    let asked = 0;
    const server = createServer((request, response) => {
      const pending = ++asked < 2;
      const { port } = server.address() as AddressInfo;
      if (pending) response.writeHead(202, { location: `http://127.0.0.1:${port}/again`, 'retry-after': '0' }).end();
      else response.writeHead(200).end(`at ${request.url ?? ''}`);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = server.address() as AddressInfo;
      assert.equal(await app.outputOf('Calling', `http://127.0.0.1:${port}/first`), '200 at /again');
    } finally {
      server.close();
    }
  });

  it('locks entities, calls and signals them; what a failed operation did is undone', async () => {
    assert.equal(await app.outputOf('Banking'), '100 System.InvalidOperationException: not that much');
  });

  it('runs orchestrators and activities that are classes', async () => {
    assert.equal(await app.outputOf('CallsClasses'), 'classy Rome');
    assert.equal(await app.outputOf('ClassyOrchestrator', 'Oslo'), 'classy Oslo');
  });

  it('fails by name where the code is not deterministic, and schedules nothing then', async () => {
    const id = await app.start('Fickle');
    const row = await app.ended(id);
    assert.equal(row.runtimeStatus, 'Failed');
    assert.match(row.output ?? '', /NonDeterministicOrchestrationException|Non-Deterministic/i);
    const scheduled = (await app.rows(id)).filter((each) => each === 'TaskScheduled');
    assert.equal(scheduled.length, 1);
  });

  it('says which functions there are when one is asked for that is not', async () => {
    await assert.rejects(app.emulator.invoke('Nope', null), /has no function "Nope".*HelloCities/s);
    assert.equal(await app.emulator.invoke('Square', '7'), '49');
  });
});
