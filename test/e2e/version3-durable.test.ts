/** Apps of programming model v3, as they were written for durable-functions 1.x and 2.x, through the whole emulator. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { DurascopePrograms, type Serving } from '../support/durascope-program';
import { WorkerFixture } from '../workers/worker-fixture';

interface Status {
  instanceId: string;
  runtimeStatus: string;
  customStatus: unknown;
  input: unknown;
  output: unknown;
}

for (const durableFunctions of ['durable-functions-v1', 'durable-functions-v2'] as const) {
  describe(`an app of programming model v3 with ${durableFunctions}`, () => {
    const fixture = new WorkerFixture();
    let programs: DurascopePrograms;
    let serving: Serving;

    before(async () => {
      const app = await fixture.copy('version3-durable', { durableFunctions });
      programs = new DurascopePrograms({ cwd: app, env: { DURASCOPE_HOME: path.join(app, 'home') } });
      serving = await programs.start([app, '--memory']);
    });
    after(async () => {
      await programs.endAll();
      await fixture.cleanUp();
    });

    const manage = (target: string, init?: RequestInit): Promise<Response> =>
      fetch(`${serving.ready.managementUrl}/${target}${target.includes('?') ? '&' : '?'}code=${serving.ready.key}`, init);

    async function until(id: string, fits: (status: Status) => boolean): Promise<Status> {
      for (;;) {
        const answer = await manage(`instances/${id}`);
        const status = answer.status === 404 ? undefined : ((await answer.json()) as Status);
        if (status !== undefined && fits(status)) return status;
        assert.ok(!['Failed', 'Terminated'].includes(status?.runtimeStatus ?? ''), JSON.stringify(status));
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    }

    const completed = (id: string): Promise<Status> => until(id, (status) => status.runtimeStatus === 'Completed');
    const post = (route: string, body?: unknown): Promise<Response> =>
      fetch(`${serving.ready.url}/api/${route}`, {
        method: 'POST',
        ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      });

    it('every kind of action, activities of every style, entities and durable HTTP', async () => {
      const answer = await post('StartByClient?name=Everything&id=every', { a: 1 });
      assert.equal(answer.status, 202);
      const links = (await answer.json()) as Record<string, string>;
      assert.equal(links['id'], 'every');
      assert.equal(answer.headers.get('location'), links['statusQueryGetUri']);
      await until('every', (status) => status.customStatus === 'waiting');
      const raised = await fetch((links['sendEventPostUri'] ?? '').replace('{eventName}', 'Go'), {
        method: 'POST',
        body: '{"went":true}',
        headers: { 'content-type': 'application/json' },
      });
      assert.equal(raised.status, 202);
      const { output, input } = await completed('every');
      assert.deepEqual(input, { a: 1 });
      const signals = durableFunctions === 'durable-functions-v2';
      assert.deepEqual(output, {
        styles: [
          { returned: { from: 'here' } },
          { done: { from: 'here' }, same: { from: 'here' } },
          { called: { from: 'here' } },
        ],
        retried: 3,
        child: [true, { returned: 1 }],
        retriedChild: [true, { returned: 2 }],
        event: { went: true },
        all: [{ returned: 1 }, { returned: 2 }, { returned: 3 }],
        before: 5,
        after: signals ? 7 : 5,
        http: [200, '42'],
        guid: 'string',
      });
    });

    it('continue-as-new', async () => {
      await post('StartByClient?name=Loop&id=loop', 2);
      assert.deepEqual(await completed('loop').then((status) => [status.output, status.input]), ['done', 0]);
    });

    it('output bindings start instances: of an object that is returned, of context.bindings, and by $return', async () => {
      const two = await post('StartByReturnedObject');
      assert.deepEqual([two.status, await two.text()], [202, 'two started']);
      const one = await post('StartByBinding');
      assert.deepEqual([one.status, await one.text()], [201, 'one started']);
      const invoked = await programs.run(['invoke', 'StartByQueue', '--input', '{"id":"by-return"}', '--url', serving.ready.url]);
      assert.equal(invoked.code, 0, invoked.stderr);
      for (const id of ['by-object-1', 'by-object-2', 'by-binding', 'by-return'])
        assert.equal((await completed(id)).output, 'done');
    });

    it('a timer that runs when the app starts, and by hand once more', async () => {
      await completed('by-timer');
      assert.equal((await manage('instances/by-timer', { method: 'DELETE' })).status, 200);
      const invoked = await programs.run(['invoke', 'StartByTimer', '--url', serving.ready.url]);
      assert.equal(invoked.code, 0, invoked.stderr);
      await completed('by-timer');
    });

    it('an output that is no request for a start is refused in words', async () => {
      const invoked = await programs.run(['invoke', 'StartNonsense', '--url', serving.ready.url]);
      assert.equal(invoked.code, 1);
      assert.match(invoked.stderr, /The output binding "starter" starts an orchestration: give it \{ FunctionName/);
    });

    it('what the functions log carries their names and levels', async () => {
      const line = await serving.line((each) => each['message'] === 'Started every');
      assert.deepEqual([line['level'], line['functionName']], ['information', 'StartByClient']);
      const error = await serving.line((each) => each['message'] === 'an error that is none');
      assert.equal(error['level'], 'error');
      await serving.line((each) => each['functionName'] === 'Child' && each['message'] === 'child 1');
    });

    it('a failed instance is rewound over the URL that its client gave', async () => {
      const answer = await post('StartByClient?name=Child&id=broken', null);
      assert.equal(answer.status, 202);
      await assert.rejects(
        until('broken', () => false),
        /"runtimeStatus":"Failed"/,
      );
      assert.equal((await manage('instances/broken/rewind?reason=again', { method: 'POST' })).status, 202);
    });
  });
}
