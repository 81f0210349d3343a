import assert from 'node:assert/strict';
import {
  answerText,
  curlText,
  filledRoute,
  httpFileText,
  methodsOf,
  routeParameters,
  startedInstance,
  takesBody,
} from '../../src/vscode/models/http-request';

const origin = 'http://localhost:7071/api';

describe('a request to an HTTP function', () => {
  it('has the parameters of its route, also those with a constraint, a default or a star', () => {
    assert.deepEqual(routeParameters(`${origin}/orders/{id:int}/{state?}/{size=10}/{*rest}`), [
      { name: 'id', isOptional: false },
      { name: 'state', isOptional: true },
      { name: 'size', isOptional: true },
      { name: 'rest', isOptional: false },
    ]);
    assert.deepEqual(routeParameters(`${origin}/orders`), []);
  });

  it('fills them in encoded, and leaves out what has no value', () => {
    const url = `${origin}/orders/{id:int}/{state?}`;
    assert.equal(filledRoute(url, { id: '7', state: 'on hold/é' }), `${origin}/orders/7/on%20hold%2F%C3%A9`);
    assert.equal(filledRoute(url, { id: '7', state: '' }), `${origin}/orders/7`);
    assert.equal(filledRoute(`${origin}/files/{*path}`, { path: 'a b/c' }), `${origin}/files/a%20b/c`);
  });

  it('has a method of the function, and a body where the method takes one', () => {
    assert.deepEqual(methodsOf({ methods: ['POST'] }), ['POST']);
    assert.ok(methodsOf({ methods: [] }).includes('GET'));
    assert.deepEqual(['GET', 'post'].map(takesBody), [false, true]);
  });

  it('is a command line of curl that a shell takes as it is', () => {
    assert.equal(curlText({ method: 'GET', url: `${origin}/ping`, body: null }), `curl -i '${origin}/ping'`);
    assert.equal(
      curlText({ method: 'POST', url: `${origin}/orders`, body: `{"name":"O'Neill"}` }),
      String.raw`curl -i -X POST 'http://localhost:7071/api/orders' -H 'Content-Type: application/json' --data-raw '{"name":"O'\''Neill"}'`,
    );
  });

  it('is a file of a REST client', () => {
    assert.equal(
      httpFileText({ method: 'POST', url: `${origin}/orders`, body: 'plain words' }),
      `### POST /api/orders\nPOST ${origin}/orders\nContent-Type: text/plain\n\nplain words\n`,
    );
  });

  it('is followed where its answer is that of a durable client', () => {
    assert.equal(startedInstance('{"id":"a1","statusQueryGetUri":"http://x"}'), 'a1');
    assert.equal(startedInstance('{"Id":"a1","StatusQueryGetUri":"http://x"}'), 'a1');
    for (const other of ['{"id":"a1"}', 'null', '"a1"', 'pong', '{"id":7,"statusQueryGetUri":"x"}']) {
      assert.equal(startedInstance(other), null, other);
    }
    assert.equal(answerText(404, 'Not Found', [['a', 'b']], 'no'), 'HTTP/1.1 404 Not Found\na: b\n\nno');
  });
});
