import assert from 'node:assert/strict';
import path from 'node:path';
import { WorkerFixture, type RunningApp } from './worker-fixture';

for (const durableFunctions of ['durable-functions-v2', 'durable-functions-v1'] as const) {
  describe(`programming model v3 with ${durableFunctions}`, () => {
    const fixture = new WorkerFixture();
    let app: RunningApp;
    before(async () => {
      app = await fixture.start('version3', { durableFunctions });
    });
    after(() => fixture.cleanUp());

    it('finds functions by their folders, without those that are disabled', () => {
      const found = app.worker.functions();
      assert.deepEqual(
        found.map(({ name, type }) => `${name} ${type}`).sort(),
        [
          'Beside activity',
          'BesideInput orchestrator',
          'Broken orchestrator',
          'Callback http',
          'Compiled activity',
          'Done activity',
          'Hello activity',
          'HttpStart http',
          'Named activity',
          'Orchestrator orchestrator',
          'Plain http',
          'Queue other',
          'Timer timer',
          'Zero activity',
          'ZeroNamed activity',
        ].sort(),
      );
      const start = found.find(({ name }) => name === 'HttpStart');
      assert.equal(start?.route, 'orchestrators/{functionName}');
      assert.deepEqual(start.methods, ['POST', 'GET']);
      assert.equal(start.authLevel, 'function');
      assert.equal(start.hasDurableClient, true);
      assert.equal(start.file, path.join(app.dir, 'HttpStart', 'index.js'));
      assert.equal(found.find(({ name }) => name === 'Timer')?.schedule, '0 */5 * * * *');
    });

    it('runs activities with the instance in their binding data', async () => {
      assert.equal(await app.result('Hello', 'you'), 'Hello you from instance (Hello)');
    });

    it('shows what the trigger holds in the binding data, as the Functions host does', async () => {
      for (const [input, seen] of [
        [{ BigId: '12345678901234567890' }, { bigId: '12345678901234567890' }],
        ['a text', 'a text'],
        [[1, 2], 'nothing'],
        [null, 'nothing'],
      ]) {
        const { decisions } = await app.firstEpisode('BesideInput', input);
        const [end] = decisions;
        assert(end?.type === 'CompleteOrchestration');
        assert.deepEqual(JSON.parse(end.result ?? ''), [seen, 'instance', true]);
      }
      const order = { text: 'a', number: 1.5, yes: true, inner: { Deep: [true] }, list: [1], none: null };
      const shown = { text: 'a', number: 1.5, yes: 'True', inner: { deep: [true] }, instanceId: 'instance' };
      assert.deepEqual(await app.result('Beside', order), shown);
    });

    it('(d) keeps a falsy result only of an activity whose binding is called "name", as the real one does', async () => {
      for (const value of [0, '']) {
        assert.equal(await app.result('Zero', value), null);
        assert.deepEqual(await app.result('ZeroNamed', value), value);
      }
    });

    it('takes scriptFile, entryPoint, the only export and `this`', async () => {
      assert.equal(await app.result('Compiled'), 'second, this is the exports object');
      assert.equal(await app.result('Named', 'x'), 'done with x');
    });

    it('lets context.done fail an activity', async () => {
      const outcome = await app.activity('Done', 1);
      assert(!outcome.ok);
      assert.equal(outcome.reason, "Activity function 'Done' failed:  done with an error");
    });

    it('runs orchestrators', async () => {
      const { decisions } = await app.firstEpisode('Orchestrator');
      assert.deepEqual(decisions, [{ type: 'ScheduleTask', id: 0, name: 'Hello', input: '["you"]' }]);
      const entry = await app.logged('in the orchestrator');
      assert.equal(entry.functionName, 'Orchestrator');
      assert.equal(entry.instanceId, 'instance');
    });

    it('(j) an unhandled rejection inside the SDK ends the invocation and not the process', async () => {
      const { pid } = app.worker;
      const outcomes = await Promise.all(['a', 'b', 'c'].map((id) => app.firstEpisode('Broken', null, id)));
      for (const { decisions } of outcomes) {
        const [end] = decisions;
        assert(end?.type === 'CompleteOrchestration');
        assert.equal(end.status, 'Failed');
        assert.match(
          end.result ?? '',
          /^Orchestrator function 'Broken' failed: One or more errors occurred\. \(Result: Failure\nException: internal to the SDK\n/,
        );
      }
      assert.equal(app.worker.pid, pid);
    });

    it('answers HTTP with text, JSON, bytes, cookies, numbers and in the manner of express', async () => {
      const ask = (kind: string) => app.http('Plain', { query: { kind } });
      const text = await ask('text');
      assert.deepEqual([text.status, text.text, text.header('x-custom')], [202, 'text', 'yes']);
      assert.match(text.header('content-type') ?? '', /^text\/plain/);
      const json = await ask('json');
      assert.deepEqual([json.status, json.text], [200, '{"a":1}']);
      assert.match(json.header('content-type') ?? '', /^application\/json/);
      assert.equal((await ask('buffer')).text, '\u0001\u0002\u0003');
      const tea = await ask('express');
      assert.deepEqual([tea.status, tea.text, tea.header('x-tea')], [418, 'teapot', 'pot']);
      assert.equal((await ask('cookie')).header('set-cookie'), 'a=b; max-age=60; path=/');
      assert.deepEqual(await ask('number').then((answer) => [answer.status, answer.text]), [404, '7']);
      assert.deepEqual(await ask('').then((answer) => [answer.status, answer.text]), [200, '']);
      assert.equal((await ask('throws')).status, 500);
      assert.equal((await app.http('Callback')).text, 'by callback');
    });

    it('prefers the return value to the untouched default response', async () => {
      const answer = await app.http('HttpStart', {
        method: 'POST',
        query: { kind: 'json' },
        headers: { 'x-test': 'h', 'content-type': 'application/json' },
        body: Buffer.from('{"a":[1]}'),
      });
      assert.equal(answer.status, 201);
      assert.deepEqual(JSON.parse(answer.text), { body: { a: [1] }, raw: '{"a":[1]}', header: 'h' });
    });

    it('gives the durable client its URLs', async () => {
      const answer = await app.http('HttpStart', { method: 'POST', url: 'http://localhost:7099/api/HttpStart' });
      assert.equal(answer.status, 202);
      assert.equal(answer.header('location'), 'http://localhost:7099/x/instances/abc/statusQueryGetUri');
    });

    it('starts instances through an output binding of a timer', async () => {
      await app.worker.invokeTimer('Timer', { isPastDue: true });
      assert.deepEqual(app.starts, [{ name: 'Orchestrator', input: '{"isPastDue":true}' }]);
    });

    it('calls any other trigger by hand, and says which output goes nowhere', async () => {
      const result = await app.worker.invoke('Queue', '{"order":1}', { Id: '17' });
      assert.deepEqual(JSON.parse(result ?? ''), { seen: { order: 1 }, id: 17 });
      await app.logged('the output binding "queue" is not emulated');
    });
  });
}
