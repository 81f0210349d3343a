import assert from 'node:assert/strict';
import { DurascopeError } from '../../src/core/values/errors';
import { HttpFixture, jsonBody } from './http-fixture';

type State = 'missing' | 'Pending' | 'Running' | 'Suspended' | 'Completed' | 'Failed' | 'Terminated';
const states: readonly State[] = ['missing', 'Pending', 'Running', 'Suspended', 'Completed', 'Failed', 'Terminated'];

describe('management API: operations on one instance', () => {
  let http: HttpFixture;
  beforeEach(async () => {
    http = await HttpFixture.open();
  });
  afterEach(() => http.dispose());

  async function bring(state: State): Promise<void> {
    const { hub } = http;
    if (state === 'missing') return;
    if (state === 'Pending') {
      await hub.engine.start({ name: 'Waits', instanceId: 'one', scheduledStartTime: '2024-01-02T00:00:00Z' });
    } else {
      await hub.start(state === 'Completed' ? 'Echo' : state === 'Failed' ? 'Fails' : 'Waits', { instanceId: 'one' });
    }
    if (state === 'Suspended') await hub.suspend('one');
    if (state === 'Terminated') await hub.terminate('one');
    assert.equal(hub.row('one').runtimeStatus, state);
  }

  const table: [operation: string, init: RequestInit, statuses: readonly number[]][] = [
    // missing, Pending, Running, Suspended, Completed, Failed, Terminated
    ['raiseEvent/Go', jsonBody(1), [404, 202, 202, 202, 410, 410, 410]],
    ['terminate?reason=x', {}, [404, 202, 202, 202, 410, 410, 410]],
    ['suspend?reason=x', {}, [404, 202, 202, 500, 410, 410, 410]],
    ['resume?reason=x', {}, [404, 500, 500, 202, 410, 410, 410]],
    ['rewind?reason=x', {}, [404, 412, 412, 412, 412, 202, 412]],
    ['restart', {}, [400, 202, 202, 202, 202, 202, 202]],
    ['restart?restartWithNewInstanceId=false', {}, [400, 409, 409, 409, 202, 202, 202]],
  ];
  for (const [operation, init, statuses] of table) {
    for (const [index, state] of states.entries()) {
      it(`http 10.7: ${operation} of ${state === 'missing' ? 'a missing' : `a ${state}`} instance is ${statuses[index]}`, async () => {
        await bring(state);
        const answer = await http.call('POST', `/instances/one/${operation}`, init);
        assert.equal(answer.status, statuses[index], answer.text);
        if (
          (answer.status === 404 && !operation.startsWith('rewind')) ||
          answer.status === 410 ||
          (answer.status === 202 && !operation.startsWith('restart'))
        ) {
          assert.equal(answer.text, '');
        }
      });
    }
  }

  const messageOf = (answer: { json: unknown }) => (answer.json as { ExceptionMessage: string }).ExceptionMessage;

  it('http 7.3, 7.4: suspend and resume in the wrong state say so in the words of the real service', async () => {
    await bring('Suspended');
    assert.equal(
      messageOf(await http.call('POST', '/instances/one/suspend')),
      'Cannot suspend the orchestration instance one because instance is in the Suspended state.',
    );
    await http.call('POST', '/instances/one/resume');
    assert.equal(
      messageOf(await http.call('POST', '/instances/one/resume')),
      'Cannot resume the orchestration instance one because instance is in the Running state.',
    );
  });

  it('http 7.3: reasons are in the history, decoded', async () => {
    await bring('Running');
    await http.call('POST', '/instances/one/suspend?reason=too+late%3F');
    const suspended = http.hub.history('one').find((event) => event.EventType === 'ExecutionSuspended');
    assert.equal(suspended?.Reason, 'too late?');
  });

  it('http 7.5: rewind of an unfinished instance says what it is for; of a failed one it runs it again', async () => {
    await bring('Running');
    assert.equal(
      (await http.call('POST', '/instances/one/rewind')).json,
      'This orchestration has status Running, but only orchestrations in the "Failed" state can be rewound.',
    );
    await http.hub.terminate('one');
    await bring('Failed');
    const { status } = await http.call('POST', '/instances/one/rewind?reason=mended');
    await http.hub.quiet();
    const waking = http.hub
      .history('one')
      .find((event) => event.EventType === 'GenericEvent' && event.EventId === -1 && event.Data !== null);
    assert.deepEqual([status, waking?.EventType === 'GenericEvent' && waking.Data], [202, 'mended']);
  });

  it('http 7.5: a rewind that will most likely end as non-deterministic is answered as always, and says so in a header', async () => {
    const noted = await HttpFixture.open({
      scripts: {
        *Retries(context) {
          return yield context.activityWithRetry('Breaks', { firstRetryIntervalMs: 1000, maxNumberOfAttempts: 2 });
        },
        *Plain(context) {
          return yield context.activity('Breaks');
        },
      },
      activities: {
        Breaks: () => {
          throw new Error('broken');
        },
      },
    });
    try {
      await noted.hub.start('Retries', { instanceId: 'retries' });
      await noted.hub.advance(2000);
      await noted.hub.start('Plain', { instanceId: 'plain' });
      const retried = await noted.call('POST', '/instances/retries/rewind');
      assert.deepEqual([retried.status, retried.text], [202, '']);
      assert.match(
        retried.headers.get('x-durascope-note') ?? '',
        /^A call with a retry policy failed\..* Restart the instance instead\.$/,
      );
      const plain = await noted.call('POST', '/instances/plain/rewind');
      assert.deepEqual([plain.status, plain.headers.get('x-durascope-note')], [202, null]);
    } finally {
      await noted.dispose();
    }
  });

  it('http 7.6: restart of a missing instance', async () => {
    assert.deepEqual((await http.call('POST', '/instances/one/restart')).json, {
      Message: 'InstanceId does not match a valid orchestration instance.',
      ExceptionMessage: "No instance with ID 'one' was found. (Parameter 'instanceId')",
      ExceptionType: 'System.ArgumentException',
      StackTrace: '',
    });
  });

  it('http 7.6: restart starts the same function with the same input, under a new id or the same', async () => {
    await http.call('POST', '/orchestrators/Echo/one', jsonBody({ a: 1 }));
    const started = await http.call('POST', '/instances/one/restart');
    const { id } = started.json as { id: string };
    assert.notEqual(id, 'one');
    assert.equal(started.headers.get('retry-after'), '10');
    assert.equal(http.hub.row(id).output, '{"a":1}');
    const same = await http.call('POST', '/instances/one/restart?restartWithNewInstanceId=false&timeout=10&pollingInterval=1');
    assert.deepEqual([same.status, same.text], [200, '{"a":1}']);
    const refused = await http.call('POST', '/instances/one/restart?timeout=1&pollingInterval=2');
    assert.equal(refused.status, 400);
    assert.deepEqual(refused.json, { Message: 'Total timeout 1 should be bigger than retry timeout 2' });
  });

  const eventBodies: [what: string, init: RequestInit, status: number][] = [
    ['no content type', { body: new TextEncoder().encode('1') }, 400],
    ['text/plain', { body: '1', headers: { 'content-type': 'text/plain' } }, 400],
    ['application/json with a charset', { body: '1', headers: { 'content-type': 'Application/JSON; charset=utf-8' } }, 202],
    ['an empty body', { body: '', headers: { 'content-type': 'application/json' } }, 400],
    ['bad JSON', { body: '{', headers: { 'content-type': 'application/json' } }, 400],
    ['null', { body: 'null', headers: { 'content-type': 'application/json' } }, 202],
  ];
  for (const [what, init, status] of eventBodies) {
    it(`http 10.9: an event with ${what} is ${status}`, async () => {
      await bring('Running');
      const answer = await http.call('POST', '/instances/one/raiseEvent/Go', init);
      assert.equal(answer.status, status);
      const isType = what === 'no content type' || what === 'text/plain';
      if (isType) assert.equal(answer.text, '{"Message":"Only application/json request content is supported"}');
      else if (status === 400) assert.equal((answer.json as { Message: string }).Message, 'Invalid JSON content');
      else assert.equal(http.hub.row('one').runtimeStatus, 'Completed');
    });
  }

  it('http 7.1: the name keeps its case and may hold any character but a slash', async () => {
    await bring('Running');
    await http.call('POST', '/instances/one/RAISEEVENT/My%20Event%2B1', jsonBody([1]));
    const raised = http.hub.history('one').find((event) => event.EventType === 'EventRaised');
    assert.deepEqual([raised?.Name, raised?.Input], ['My Event 1', '[1]']);
    // Recorded: an escaped slash is a slash, so no route is for it.
    assert.equal((await http.call('POST', '/instances/one/raiseEvent/a%2Fb', jsonBody(1))).status, 404);
  });

  it('http 7.1: 404 and 410 come before the content type', async () => {
    assert.equal((await http.call('POST', '/instances/one/raiseEvent/Go')).status, 404);
    await bring('Completed');
    assert.equal((await http.call('POST', '/instances/one/raiseEvent/Go')).status, 410);
  });

  it('http 1: makeprimary is 200 and empty', async () => {
    for (const method of ['GET', 'POST']) {
      const answer = await http.call(method, '/makeprimary');
      assert.deepEqual([answer.status, answer.text], [200, '']);
    }
  });
});

describe('management API: what a hub refuses', () => {
  const refusals: [error: Error, status: number][] = [
    [new DurascopeError('InstanceNotFound', 'gone meanwhile'), 404],
    [new DurascopeError('InstanceTerminal', 'ended meanwhile'), 410],
    [new DurascopeError('InstanceWrongState', 'other state'), 500],
    [new DurascopeError('InvalidArgument', 'bad'), 400],
    [new DurascopeError('NotSupported', 'not here'), 501],
    [new DurascopeError('Stopped', 'going down'), 503],
  ];
  for (const [error, status] of refusals) {
    it(`answers ${status} to ${error.message}`, async () => {
      const http = await HttpFixture.open({
        hub: (engine) =>
          Object.assign(Object.create(engine) as typeof engine, {
            terminate: () => Promise.reject(error),
            get: engine.get.bind(engine),
          }),
      });
      await http.hub.start('Waits', { instanceId: 'one' });
      const answer = await http.call('POST', '/instances/one/terminate');
      assert.equal(answer.status, status, answer.text);
      await http.dispose();
    });
  }

  it('an unexpected error is a 500 with its stack, and is logged', async () => {
    const http = await HttpFixture.open({
      hub: (engine) =>
        Object.assign(Object.create(engine) as typeof engine, { get: () => Promise.reject(new TypeError('a bug')) }),
    });
    const answer = await http.call('GET', '/instances/one');
    assert.equal(answer.status, 500);
    const body = answer.json as Record<string, string>;
    assert.equal(body['Message'], 'Something went wrong while processing your request');
    assert.equal(body['ExceptionMessage'], 'a bug');
    assert.match(body['StackTrace'] ?? '', /TypeError/);
    assert.match(http.logs.splice(0)[0]?.message ?? '', /a bug/);
    await http.dispose();
  });
});
