import assert from 'node:assert/strict';
import { counter } from '../support/entity-script';
import { HttpFixture } from './http-fixture';

const json = (value: unknown): RequestInit => ({
  headers: { 'content-type': 'application/json' },
  body: typeof value === 'string' ? value : JSON.stringify(value),
});

describe('the entity routes of the management API (http 8)', () => {
  let http: HttpFixture;
  beforeEach(async () => {
    http = await HttpFixture.open({
      entities: {
        Counter: counter,
        keeps: (context) => {
          if (context.operation === 'delete') context.state = undefined;
          else context.state = { operation: context.operation, input: context.input };
        },
      },
    });
  });
  afterEach(() => http.dispose());

  const kept = async (key: string): Promise<unknown> => (await http.call('GET', `/entities/keeps/${key}`)).json;

  it('8.4, 8.3: a signal is 202 and empty, the state is the body', async () => {
    const answer = await http.call('POST', '/entities/Counter/a?op=add', json(5));
    assert.deepEqual([answer.status, answer.text], [202, '']);
    const state = await http.call('GET', '/entities/COUNTER/a');
    assert.deepEqual([state.status, state.text], [200, '5']);
    assert.equal((await http.call('GET', '/entities/counter/A')).status, 404);
    assert.equal((await http.call('GET', '/entities/nobody/a')).status, 404);
    assert.equal(http.hub.sequence('@counter@a'), 'OS ES OC');
  });

  it('8.4: bodies: none, JSON, text, JSON null, broken JSON', async () => {
    const cases: [RequestInit, unknown][] = [
      [{}, { operation: 'set' }],
      [json({ a: 1 }), { operation: 'set', input: { a: 1 } }],
      [json('null'), { operation: 'set', input: null }],
      [
        { headers: { 'content-type': 'text/plain' }, body: '{"a":1}' },
        { operation: 'set', input: '{"a":1}' },
      ],
      [
        { headers: { 'content-type': 'application/json; charset=utf-8' }, body: '"é"' },
        { operation: 'set', input: 'é' },
      ],
    ];
    for (const [index, [init, expected]] of cases.entries()) {
      assert.equal((await http.call('POST', `/entities/keeps/${index}?op=set`, init)).status, 202);
      assert.deepEqual(await kept(String(index)), expected);
    }
    const broken = await http.call('POST', '/entities/keeps/x?op=set', json('{'));
    assert.equal(broken.status, 400);
    assert.match((broken.json as { Message: string }).Message, /^Could not parse JSON content: /);
  });

  it('8.3, 8.4: no op is the empty operation; no key and $ are the empty key', async () => {
    await http.call('POST', '/entities/keeps', json(1));
    assert.deepEqual(await kept('$'), { operation: '', input: 1 });
    await http.call('POST', '/entities/keeps/$?op=two', json(2));
    assert.deepEqual(await kept('$'), { operation: 'two', input: 2 });
    assert.equal(http.hub.row('@keeps@').name, '@keeps@');
  });

  it('8.5: DELETE is the operation delete', async () => {
    await http.call('POST', '/entities/keeps/a?op=set', json(1));
    assert.equal((await http.call('DELETE', '/entities/keeps/a')).status, 202);
    assert.equal((await http.call('GET', '/entities/keeps/a')).status, 404);
  });

  it('8.2: lists with and without state, by name and time, deleted ones left out, page by page', async () => {
    for (const key of ['a', 'b', 'c']) await http.call('POST', `/entities/counter/${key}?op=add`, json(1));
    await http.call('POST', '/entities/counter/gone?op=add', json(1));
    await http.call('DELETE', '/entities/counter/gone');
    await http.hub.advance(60_000);
    await http.call('POST', '/entities/keeps/z?op=set', json('x'.length));
    const all = (await http.call('GET', '/entities')).json as { entityId: { name: string; key: string }; state: unknown }[];
    assert.deepEqual(
      all.map(({ entityId: { name, key } }) => `${name} ${key}`),
      ['counter a', 'counter b', 'counter c', 'keeps z'],
    );
    assert.ok(all.every((each) => each.state === null));
    const counters = await http.call('GET', '/entities/Counter?fetchState=true');
    assert.deepEqual(
      (counters.json as { state: unknown; lastOperationTime: string }[]).map(({ state, lastOperationTime }) => [
        state,
        lastOperationTime.endsWith('Z'),
      ]),
      [
        [1, true],
        [1, true],
        [1, true],
      ],
    );
    assert.deepEqual((await http.call('GET', '/entities/nobody')).json, []);
    const late = new Date(http.hub.clock.now() - 1000).toISOString();
    assert.equal(((await http.call('GET', `/entities?lastOperationTimeFrom=${late}`)).json as unknown[]).length, 1);
    assert.equal(((await http.call('GET', `/entities?lastOperationTimeTo=${late}`)).json as unknown[]).length, 3);
    const keys: string[] = [];
    let token = '';
    do {
      const page = await http.call('GET', '/entities?top=1', { headers: { 'x-ms-continuation-token': token } });
      for (const each of page.json as { entityId: { key: string } }[]) keys.push(each.entityId.key);
      token = page.headers.get('x-ms-continuation-token') ?? '';
    } while (token !== '');
    assert.deepEqual(keys, ['a', 'b', 'c', 'z']);
  });

  it('8.1, 8.6: refusals in the words of the real service', async () => {
    for (const [method, target, message] of [
      ['POST', '/entities/nobody/a?op=add', /^The function 'nobody' doesn't exist, is disabled, or is not an entity function\./],
      ['DELETE', '/entities/nobody/a', /^The function 'nobody' doesn't exist/],
      ['POST', '/entities', /^Invalid entity id: entity name must not be a null or empty string\. \(Parameter 'entityName'\)$/],
      ['POST', '/entities/counter/a%23b', /^entityKey \(Parameter '/],
      ['POST', '/entities/counter/a%00', /^entityKey \(Parameter '/],
    ] as const) {
      const answer = await http.call(method, target);
      assert.equal(answer.status, 400, `${method} ${target}`);
      assert.match((answer.json as { Message: string }).Message, message);
    }
    assert.equal((await http.call('PUT', '/entities/counter/a')).status, 404);
    assert.equal((await http.call('GET', '/entities/counter/a/b')).status, 404);
    assert.equal((await http.call('POST', `/entities/counter/${'k'.repeat(200)}?op=add`, json(1))).status, 400);
  });

  it('8.1: a key may hold @ and other signs', async () => {
    await http.call('POST', '/entities/counter/a@b%20c?op=add', json(2));
    assert.equal((await http.call('GET', '/entities/counter/a@b%20c')).text, '2');
    assert.deepEqual(
      (await http.hub.engine.queryEntities({ name: 'counter' })).entities.map((each) => each.key),
      ['a@b c'],
    );
  });

  it('4.6, 7: an entity is an instance that runs, can be purged, and takes no command of orchestrations', async () => {
    await http.call('POST', '/entities/counter/a?op=add', json(2));
    const status = (await http.call('GET', '/instances/@counter@a')).json as {
      runtimeStatus: string;
      name: string;
      input: unknown;
    };
    assert.deepEqual(
      [status.runtimeStatus, status.name, status.input],
      ['Running', '@counter@a', { exists: true, state: '2', sorter: {} }],
    );
    for (const operation of ['terminate', 'suspend', 'restart']) {
      const answer = await http.call('POST', `/instances/@counter@a/${operation}`);
      assert.ok(answer.status >= 400, `${operation} answered ${answer.status}`);
    }
    assert.equal((await http.call('DELETE', '/instances/@counter@a')).status, 200);
    assert.equal((await http.call('GET', '/entities/counter/a')).status, 404);
  });
});
