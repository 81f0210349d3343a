import assert from 'node:assert/strict';
import { base, HttpFixture, jsonBody, key } from './http-fixture';

type Fields = Record<string, unknown>;

describe('management API: status, list and purge', () => {
  let http: HttpFixture;
  beforeEach(async () => {
    http = await HttpFixture.open();
  });
  afterEach(() => http.dispose());

  const start = (name: string, id: string, input?: unknown) =>
    http.call('POST', `/orchestrators/${name}/${id}`, input === undefined ? {} : jsonBody(input));

  it('http 4.1, 10.3: a running instance is 202 with Location, Retry-After 5 and all keys in their order', async () => {
    await start('Waits', 'one', { a: [1, 'x'] });
    const target = `${base}/instances/one?showInput=true&code=${encodeURIComponent(key)}`;
    const answer = await http.raw('GET', target);
    assert.equal(answer.status, 202);
    assert.equal(answer.headers.get('location'), `http://localhost${target}`);
    assert.equal(answer.headers.get('retry-after'), '5');
    assert.equal(
      answer.text,
      '{"name":"Waits","instanceId":"one","runtimeStatus":"Running","input":{"a":[1,"x"]},"customStatus":{"waitsFor":"Go"},' +
        '"output":null,"createdTime":"2024-01-01T00:00:00Z","lastUpdatedTime":"2024-01-01T00:00:00Z"}',
    );
  });

  it('http 4.1: reading needs no key', async () => {
    await start('Waits', 'one');
    assert.equal((await http.raw('GET', `${base}/instances/one`)).status, 202);
  });

  it('http 4.1: missing is 404 with an empty body, finished 200 without Location', async () => {
    const missing = await http.call('GET', '/instances/none');
    assert.deepEqual([missing.status, missing.text], [404, '']);
    await start('Echo', 'one', 'x');
    const answer = await http.call('GET', '/instances/one');
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('location'), null);
    assert.equal((answer.json as Fields)['output'], 'x');
  });

  it('http 10.4: failed is 200, or 500 with returnInternalServerErrorOnFailure, with the same body', async () => {
    await start('Fails', 'one');
    const plain = await http.call('GET', '/instances/one');
    const asError = await http.call('GET', '/instances/one?RETURNInternalServerErrorOnFailure=True');
    const notABoolean = await http.call('GET', '/instances/one?returnInternalServerErrorOnFailure=1');
    assert.deepEqual([plain.status, asError.status, notABoolean.status], [200, 500, 200]);
    assert.equal(plain.text, asError.text);
    assert.match(String((plain.json as Fields)['output']), /Bang/);
  });

  it('http 4.4: a terminate reason that is JSON comes back as that type, other text as a string, none as null', async () => {
    for (const [reason, output] of [
      ['123', 123],
      ['true', true],
      // Only the first value is read (recorded: `reason-forms`).
      ['5 apples', 5],
      ['%22x%22%0Ay', 'x'],
      ['enough%20', 'enough'],
      ['%20', ''],
    ] as const) {
      await start('Waits', 'one');
      await http.call('POST', `/instances/one/terminate?reason=${reason}`);
      assert.equal(((await http.call('GET', '/instances/one')).json as Fields)['output'], output);
    }
    await start('Waits', 'one');
    await http.call('POST', '/instances/one/terminate');
    assert.equal(((await http.call('GET', '/instances/one')).json as Fields)['output'], null);
  });

  it('http 4.4: the reason `undefined`, which clients send for none, stays as it is, so that the answer is no JSON, and a header says so', async () => {
    await start('Waits', 'one');
    await http.call('POST', '/instances/one/terminate?reason=undefined');
    const answer = await http.call('GET', '/instances/one');
    assert.match(answer.text, /"output":undefined,"createdTime"/);
    assert.match(answer.headers.get('x-durascope-note') ?? '', /no JSON: give terminate, suspend and resume a reason/);
    assert.match((await http.call('GET', '/instances')).text, /"output":undefined,"createdTime"/);
  });

  it('http 4.4: long numbers keep their digits, showInput=false hides the input', async () => {
    await http.call('POST', '/orchestrators/Waits/one', { body: '12345678901234567890' });
    assert.match((await http.call('GET', '/instances/one')).text, /"input":12345678901234567890,/);
    assert.match((await http.call('GET', '/instances/one?showinput=FALSE')).text, /"input":null,/);
  });

  describe('http 10.5: history', () => {
    const historyOf = async (query: string, id = 'one') =>
      ((await http.call('GET', `/instances/${id}?showHistory=true${query}`)).json as { historyEvents?: Fields[] })
        .historyEvents ?? [];
    const view = (events: Fields[]) =>
      events.map((event) => `${String(event['EventType'])}: ${Object.keys(event).slice(1).join()}`);

    it('is there with showHistory only, and not for a pending instance', async () => {
      await start('Calls', 'one', 'in');
      assert.ok(!('historyEvents' in ((await http.call('GET', '/instances/one')).json as Fields)));
      await http.hub.engine.start({ name: 'Waits', instanceId: 'later', scheduledStartTime: '2024-01-02T00:00:00Z' });
      await http.hub.quiet();
      const pending = (await http.call('GET', '/instances/later?showHistory=true')).json as Fields;
      assert.equal(pending['runtimeStatus'], 'Pending');
      assert.ok(!('historyEvents' in pending));
    });

    it('shows inputs and outputs as asked, merged, without episode marks', async () => {
      await start('Calls', 'one', 'in');
      assert.deepEqual(view(await historyOf('')), [
        'ExecutionStarted: Input,Correlation,ParentTraceContext,ScheduledStartTime,Generation,GenerateNewTrace,Timestamp,FunctionName',
        'TaskScheduled: Name,Input,ParentTraceContext,Tags,Timestamp',
      ]);
      await http.hub.complete('Manual', 'out');
      const started = 'Correlation,ParentTraceContext,ScheduledStartTime,Generation,GenerateNewTrace,Timestamp,FunctionName';
      const merged = 'Timestamp,ScheduledTime,FunctionName';
      const finished = 'Timestamp';
      for (const [query, expected] of [
        ['', [`Input,${started}`, `${merged},Input`, `OrchestrationStatus,FailureDetails,${finished}`]],
        ['&showInput=false', [started, merged, `OrchestrationStatus,FailureDetails,${finished}`]],
        [
          '&showHistoryOutput=true',
          [`Input,${started}`, `Result,${merged},Input`, `OrchestrationStatus,Result,FailureDetails,${finished}`],
        ],
        [
          '&showInput=false&showHistoryOutput=true',
          [started, `Result,${merged}`, `OrchestrationStatus,Result,FailureDetails,${finished}`],
        ],
      ] as const) {
        const names = ['ExecutionStarted', 'TaskCompleted', 'ExecutionCompleted'];
        assert.deepEqual(
          view(await historyOf(query)),
          names.map((name, index) => `${name}: ${expected[index] ?? ''}`),
          query,
        );
      }
    });

    it('shows a sub-orchestration and a timer', async () => {
      await start('Parent', 'one');
      await http.hub.advance(1000);
      const events = await historyOf('&showHistoryOutput=true');
      assert.deepEqual(
        events.map((event) => event['EventType']),
        ['ExecutionStarted', 'SubOrchestrationInstanceCompleted', 'TimerCreated', 'TimerFired', 'ExecutionCompleted'],
      );
      assert.equal(events[1]?.['Result'], 'from parent');
      assert.equal(events[3]?.['FireAt'], '2024-01-01T00:00:01Z');
    });
  });

  describe('list', () => {
    const ids = async (query: string, headers: Record<string, string> = {}) => {
      const answer = await http.call('GET', `/instances${query}`, { headers });
      assert.equal(answer.status, 200);
      return (answer.json as { instanceId: string }[]).map((each) => each.instanceId);
    };

    beforeEach(async () => {
      await start('Waits', 'b');
      await http.hub.advance(1000);
      await start('Echo', 'a', 1);
      await http.hub.advance(1000);
      await start('Fails', 'c');
    });

    it('http 5.2: answers an array of payloads without histories, sorted by id', async () => {
      const answer = await http.call('GET', '/instances?showHistory=true');
      assert.equal(answer.status, 200);
      assert.equal(answer.headers.get('x-ms-continuation-token'), null);
      const list = answer.json as Fields[];
      assert.deepEqual(
        list.map((each) => [each['instanceId'], each['runtimeStatus'], each['input'], 'historyEvents' in each]),
        [
          ['a', 'Completed', 1, false],
          ['b', 'Running', null, false],
          ['c', 'Failed', null, false],
        ],
      );
      assert.deepEqual(await ids('?instanceIdPrefix=zz'), []);
      assert.match(
        (await http.call('GET', '/instances?instanceIdPrefix=a&showInput=false')).text,
        /"instanceId":"a","runtimeStatus":"Completed","input":null/,
      );
      // Recorded: `alone-list`.
      assert.match(
        (await http.call('GET', '/instances?showInput=false')).text,
        /"instanceId":"a","runtimeStatus":"Completed","input":1/,
      );
    });

    it('http 10.6: pages with top until the token is gone', async () => {
      const seen: string[] = [];
      let token = '';
      do {
        const answer = await http.call('GET', '/instances?top=1', { headers: { 'x-ms-continuation-token': token } });
        seen.push(...(answer.json as { instanceId: string }[]).map((each) => each.instanceId));
        token = answer.headers.get('x-ms-continuation-token') ?? '';
        assert.ok(seen.length <= 3);
      } while (token !== '');
      assert.deepEqual(seen, ['a', 'b', 'c']);
    });

    const filters: [query: string, expected: string[]][] = [
      ['?runtimeStatus=Running,Failed', ['b', 'c']],
      ['?runtimeStatus=Running&RuntimeStatus=Failed', ['b', 'c']],
      ['?runtimeStatus=%20Running%20,%20nothing', ['b']],
      ['?runtimeStatus=0,3', ['b', 'c']],
      ['?runtimeStatus=running', ['a', 'b', 'c']],
      ['?runtimeStatus=', ['a', 'b', 'c']],
      ['?createdTimeFrom=2024-01-01T00:00:01Z', ['a', 'c']],
      ['?createdTimeTo=2024-01-01T00:00:01.0000000Z', ['a', 'b']],
      ['?createdTimeFrom=1/1/2024 12:00:01 AM&createdTimeTo=2024-01-01T01:00:01%2B01:00', ['a']],
      ['?createdTimeFrom=foo1', ['a', 'b', 'c']],
      ['?createdTimeFrom=2024-02-30', ['a', 'b', 'c']],
      ['?top=abc', ['a', 'b', 'c']],
      ['?top=99999999999', ['a', 'b', 'c']],
      ['?instanceIdPrefix=b&taskHub=&connection=Storage', ['b']],
    ];
    it('http 2: a negative top is refused by the storage', async () => {
      const answer = await http.call('GET', '/instances?top=-1');
      assert.equal(answer.status, 500);
      assert.equal((answer.json as Fields)['ExceptionType'], 'DurableTask.AzureStorage.Storage.DurableTaskStorageException');
    });
    for (const [query, expected] of filters) {
      it(`http 2: ${query} lists ${expected.join(', ')}`, async () => {
        assert.deepEqual(await ids(query), expected);
      });
    }

    const listed = async (token: string, query = ''): Promise<[string[], string | null]> => {
      const answer = await http.call('GET', `/instances${query}`, { headers: { 'x-ms-continuation-token': token } });
      assert.equal(answer.status, 200);
      return [
        (answer.json as { instanceId: string }[]).map(({ instanceId }) => instanceId),
        answer.headers.get('x-durascope-note'),
      ];
    };

    it('golden list-bad-tokens: a token that no list has given is the id at which the list begins, and the answer says so', async () => {
      for (const [token, expected] of [
        ['!!!', ['a', 'b', 'c']],
        ['MA==', ['a', 'b', 'c']],
        ['YmI=', ['c']],
        ['eg==', []],
        ['////', []],
      ] as const) {
        const [ids, note] = await listed(token);
        assert.deepEqual(ids, expected, token);
        assert.match(note ?? '', /none that a list here has given/);
      }
    });

    it('golden list-token-other-query: a token goes with any filter', async () => {
      const first = await http.call('GET', '/instances?top=1');
      const token = first.headers.get('x-ms-continuation-token') ?? '';
      assert.equal(first.headers.get('x-durascope-note'), null);
      assert.deepEqual(await listed(token, '?runtimeStatus=Failed'), [['c'], null]);
      const none = await http.call('GET', '/instances?top=0');
      assert.deepEqual(none.json, []);
      assert.deepEqual(await listed(none.headers.get('x-ms-continuation-token') ?? ''), [['a', 'b', 'c'], null]);
    });

    it('golden list-ended-kinds: Unknown is refused, a number that is no status finds nothing', async () => {
      for (const word of ['Unknown', '-1']) {
        const answer = await http.call('GET', `/instances?runtimeStatus=${word}`);
        assert.equal(answer.status, 400);
        assert.equal((answer.json as Fields)['ExceptionMessage'], "Requested value 'Unknown' was not found.");
      }
      assert.deepEqual((await http.call('GET', '/instances?runtimeStatus=99')).json, []);
    });
  });

  describe('purge', () => {
    it('http 6: one by id: 404, a finished one is deleted', async () => {
      assert.equal((await http.call('DELETE', '/instances/none')).status, 404);
      await start('Echo', 'one');
      const answer = await http.call('DELETE', '/instances/one');
      assert.deepEqual([answer.status, answer.text], [200, '{"instancesDeleted":1}']);
      assert.equal((await http.call('GET', '/instances/one')).status, 404);
    });

    it('http 6: an unfinished one is refused, and goes on', async () => {
      await start('Waits', 'running');
      const answer = await http.call('DELETE', '/instances/running');
      const text =
        'Only orchestrations in a terminal state can be purged, but the orchestration with instance ID running has status Running';
      assert.deepEqual([answer.status, answer.json], [412, text]);
      assert.equal(http.hub.row('running').runtimeStatus, 'Running');
    });

    it('http 10.8: many: no createdTimeFrom is a 400 with a JSON string, none deleted a 404', async () => {
      for (const query of ['', '?createdTimeFrom=', '?createdTimeFrom=soon', '?runtimeStatus=Completed']) {
        const answer = await http.call('DELETE', `/instances${query}`);
        assert.deepEqual([answer.status, answer.text], [400, `"Please provide value for 'createdTimeFrom' parameter."`], query);
      }
      assert.equal((await http.call('DELETE', '/instances?createdTimeFrom=2020-01-01')).status, 404);
    });

    it('http 6: many: those in the range with a final status; without one in the filter those that run, and entities, too', async () => {
      await start('Waits', 'running');
      await start('Echo', 'old');
      await http.hub.advance(60_000);
      await start('Echo', 'new');
      await start('Fails', 'failed');
      const some = await http.call('DELETE', '/instances?createdTimeFrom=2024-01-01T00:01:00Z&runtimeStatus=Completed,Running');
      assert.deepEqual([some.status, some.text], [200, '{"instancesDeleted":1}']);
      const ended = await http.call('DELETE', '/instances?createdTimeFrom=2020-01-01&runtimeStatus=Completed,Failed');
      assert.equal(ended.text, '{"instancesDeleted":2}');
      assert.equal(http.hub.row('running').runtimeStatus, 'Running');
      for (const filter of ['&runtimeStatus=Running', '&runtimeStatus=nothing', '']) {
        const all = await http.call('DELETE', `/instances?createdTimeFrom=2020-01-01${filter}`);
        assert.deepEqual([all.status, all.text], [200, '{"instancesDeleted":1}'], filter);
        assert.equal(await http.hub.engine.get('running'), undefined);
        await start('Waits', 'running');
      }
    });
  });
});
