/** HTTP and other triggers of C# apps, with the durable client in them (spec/functionrpc-workers.md 3 and 4). */
import assert from 'node:assert/strict';
import { dotnetAppOrSkip, RunningEmulator } from './dotnet-app';

const post = (body?: unknown): RequestInit => ({
  method: 'POST',
  ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
});

describe('triggers of a C# function app', () => {
  let app: RunningEmulator;
  const at = (path: string, init?: RequestInit): Promise<Response> => fetch(`${app.emulator.url}/api/${path}`, init);

  before(async function () {
    app = await RunningEmulator.start(await dotnetAppOrSkip(this));
  });
  after(async () => {
    // Absent where it was skipped.
    await (app as RunningEmulator | undefined)?.stop();
  });

  async function startedAt(path: string, body?: unknown): Promise<Record<string, string>> {
    const response = await at(path, post(body));
    assert.equal(response.status, 202, await response.clone().text());
    assert.match(response.headers.get('location') ?? '', /runtime\/webhooks\/durabletask\/instances\//);
    const urls = (await response.json()) as Record<string, string>;
    return Object.fromEntries(Object.entries(urls).map(([key, value]) => [key.toLowerCase(), value]));
  }

  it('start an orchestration over the durable client, whose links work', async () => {
    const urls = await startedAt('start/FanOut', 3);
    await app.ended(urls['id'] ?? '');
    const status = (await (await fetch(urls['statusquerygeturi'] ?? '')).json()) as { runtimeStatus: string; output: unknown };
    assert.deepEqual([status.runtimeStatus, status.output], ['Completed', 14]);
  });

  it('wait for its end, and answer with headers, cookies and a body', async () => {
    const { id = '' } = await startedAt('start/HelloCities?version=7');
    const response = await at(`wait/${id}`);
    assert.equal(response.headers.get('x-status'), 'Completed');
    assert.match(response.headers.get('set-cookie') ?? '', new RegExp(`seen=${id}.*Path=/.*HttpOnly`, 'i'));
    assert.equal(await response.text(), '["Hello Tokyo!","Hello Seattle!","Hello London!"]');
    assert.equal((await app.emulator.hub.get(id))?.version, '7');
  });

  it('bind values of the route, and raise events', async () => {
    const { id = '' } = await startedAt('start/Approval');
    await app.until(id, (row) => row.runtimeStatus === 'Running');
    assert.equal((await at(`raise/${id}/false`, post())).status, 202);
    assert.equal((await app.ended(id)).output, '"refused"');
    assert.equal((await at(`raise/${id}/perhaps`, post())).status, 404);
  });

  it('signal and read entities', async () => {
    assert.equal(await (await at('balance/rich')).text(), 'none');
    assert.equal((await at('deposit/rich/40', post())).status, 202);
    const balance = await app.eventually(async () => {
      const text = await (await at('balance/rich')).text();
      return text === 'none' ? undefined : text;
    });
    assert.equal(balance, '40');
  });

  it('answer 500 where the function throws, and the log says what', async () => {
    assert.equal((await at('Broken')).status, 500);
    const said = await app.eventually(() =>
      app.logs.find(({ level, message }) => level === 'error' && message.includes('broken on purpose')),
    );
    assert.equal(said.functionName, 'Broken');
  });

  it('run a timer by hand', async () => {
    await app.emulator.invoke('Nightly', null);
    const started = await app.eventually(() => app.logs.find(({ message }) => /^started \w+, past due: False/.test(message)));
    assert.equal(started.functionName, 'Nightly');
  });
});

describe('triggers of a C# function app with ASP.NET Core integration', () => {
  let app: RunningEmulator;
  const at = (path: string, init?: RequestInit): Promise<Response> => fetch(`${app.emulator.url}/api/${path}`, init);

  before(async function () {
    app = await RunningEmulator.start(await dotnetAppOrSkip(this), { env: { ASPNETCORE_INTEGRATION: 'yes' } });
  });
  after(async () => {
    // Absent where it was skipped.
    await (app as RunningEmulator | undefined)?.stop();
  });

  it('answer with the result of the action: route, query, body and host are the caller’s', async () => {
    const response = await at('aspnet/you?q=1', { method: 'POST', body: 'hi' });
    assert.equal(response.status, 201);
    assert.deepEqual(await response.json(), { name: 'you', query: '1', body: 'hi', host: new URL(app.emulator.url).host });
  });

  it('stream', async () => {
    const response = await at('aspnet/stream');
    assert.equal(await response.text(), 'part 0\npart 1\npart 2\n');
  });

  it('answer 500 where the function throws', async () => {
    assert.equal((await at('aspnet/throw')).status, 500);
  });

  it('start orchestrations through HttpRequestData all the same', async () => {
    const response = await at('start/HelloCities', post());
    assert.equal(response.status, 202);
    const { id = '' } = Object.fromEntries(
      Object.entries((await response.json()) as Record<string, string>).map(([key, value]) => [key.toLowerCase(), value]),
    );
    assert.equal((await app.ended(id)).runtimeStatus, 'Completed');
  });
});
