import assert from 'node:assert/strict';
import { DurascopeError } from '../../src/core/values/errors';
import { WorkerFixture, type RunningApp } from './worker-fixture';

describe('HTTP triggers of programming model v4', () => {
  const fixture = new WorkerFixture();
  let app: RunningApp;
  before(async () => {
    app = await fixture.start('commonjs');
  });
  after(() => fixture.cleanUp());

  it('are listed with route, methods and auth level', () => {
    const fn = app.worker.functions().find(({ name }) => name === 'json');
    assert.equal(fn?.type, 'http');
    assert.equal(fn.triggerType, 'httpTrigger');
    assert.equal(fn.route, 'things/{id:int}/{rest?}');
    assert.deepEqual(fn.methods, ['GET', 'POST']);
    assert.equal(fn.authLevel, 'function');
    assert.equal(app.worker.functions().find(({ name }) => name === 'text')?.authLevel, 'anonymous');
    assert.equal(app.worker.functions().find(({ name }) => name === 'starter')?.hasDurableClient, true);
  });

  it('see the request as it was sent, and answer with status, headers and JSON', async () => {
    const answer = await app.http('json', {
      method: 'POST',
      url: 'http://localhost:7099/api/things/3?a=1&b=x%20y',
      headers: { 'x-test': 'head', 'content-type': 'text/plain' },
      query: { a: '1', b: 'x y' },
      params: { id: '3' },
      body: Buffer.from('the body ä'),
    });
    assert.equal(answer.status, 201);
    assert.equal(answer.header('x-fixture'), 'yes');
    assert.equal(answer.header('content-type'), 'application/json');
    assert.deepEqual(JSON.parse(answer.text), {
      method: 'POST',
      url: 'http://localhost:7099/api/things/3?a=1&b=x%20y',
      query: { a: '1', b: 'x y' },
      params: { id: '3' },
      header: 'head',
      body: 'the body ä',
    });
  });

  it('answer text', async () => {
    const answer = await app.http('text');
    assert.equal(answer.status, 200);
    assert.equal(answer.text, 'plain');
    assert.equal(answer.header('content-type'), 'text/plain;charset=UTF-8');
  });

  it('take and give bytes', async () => {
    const body = Buffer.from(Array.from({ length: 100_000 }, (_, n) => n % 256));
    const answer = await app.worker.invokeHttp('binary', {
      method: 'POST',
      url: 'http://localhost:7099/api/binary',
      headers: {},
      query: {},
      params: {},
      body,
    });
    assert(answer.body instanceof Uint8Array);
    assert(Buffer.from(answer.body).equals(Buffer.from(body).reverse()));
  });

  it('set cookies, for the whole site where they name no path', async () => {
    const answer = await app.http('cookies');
    assert.deepEqual(
      answer.headers.filter(([name]) => name === 'set-cookie').map(([, value]) => value),
      ['a=b%20c; max-age=10; path=/x; secure; samesite=strict; httponly', 'd=e%21; path=/'],
    );
  });

  it('that return nothing answer 204, and 204 is without a body', async () => {
    assert.equal((await app.http('nothingAtAll')).status, 204);
    assert.deepEqual(await app.http('noContent').then(({ status, text }) => [status, text]), [204, '']);
  });

  it('that throw answer 500 and log the error with its place in the source', async () => {
    const answer = await app.http('httpFails');
    assert.equal(answer.status, 500);
    assert.equal(answer.text, '');
    const entry = await app.logged('no luck');
    assert.equal(entry.level, 'error');
    assert.equal(entry.functionName, 'httpFails');
    assert.match(entry.message, /http\.js:\d+/);
  });

  it('that return no object answer 500', async () => {
    assert.equal((await app.http('wrong')).status, 500);
    await app.logged('The HTTP response must be an object');
  });

  it('answer with the status of an instance through the durable client', async () => {
    const answer = await app.http('starter', { method: 'POST', url: 'http://localhost:7099/api/starter' });
    assert.equal(answer.status, 202);
    assert.equal(answer.header('location'), 'http://localhost:7099/x/instances/abc/statusQueryGetUri');
    assert.equal((JSON.parse(answer.text) as { id: string }).id, 'abc');
  });

  it('that are not there are refused by name', async () => {
    await assert.rejects(app.http('sayHello'), (error) => DurascopeError.is(error, 'UnknownFunction'));
  });
});

describe('(i) an app that streams HTTP', () => {
  const fixture = new WorkerFixture();
  let app: RunningApp;
  before(async () => {
    app = await fixture.start('stream');
  });
  after(() => fixture.cleanUp());

  it('answers piece by piece', async () => {
    const answer = await app.http('counts', {
      url: 'http://localhost:7099/api/counts/5?x=1',
      params: { to: '5' },
      headers: { host: 'localhost:7099' },
    });
    assert.equal(answer.status, 206);
    assert.equal(answer.header('x-to'), '5');
    assert.equal(answer.header('x-host'), 'localhost:7099');
    assert.equal(answer.text, '1 2 3 4 5 ');
  });

  it('gets the body of a request', async () => {
    const answer = await app.http('echo', {
      method: 'POST',
      url: 'http://localhost:7099/api/echo?q=hi',
      query: { q: 'hi' },
      body: Buffer.from('streamed'),
    });
    assert.equal(answer.text, 'hi: streamed');
  });

  it('that throws answers 500, and one that says nothing 204', async () => {
    assert.equal((await app.http('throws')).status, 500);
    assert.equal((await app.http('silent')).status, 204);
  });

  it('answers many at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        app.http('counts', { url: `http://localhost:7099/api/counts/${n}`, params: { to: String(n) } }),
      ),
    );
    assert.deepEqual(
      answers.map(({ text }) => text.split(' ').length - 1),
      Array.from({ length: 20 }, (_, n) => n),
    );
  });
});
