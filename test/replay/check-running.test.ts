import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { InstanceQuery } from '../../src/core/ports/history-store';
import type { TaskHubClient } from '../../src/core/ports/task-hub-client';
import { DurascopeError } from '../../src/core/values/errors';
import { checkRunning, type RunningCheck } from '../../src/replay/check-running';
import { openReplay } from '../../src/replay/open-replay';
import { lineOf, ReplayFixture, v4Files, type LiveApp } from './replay-fixture';

const source = `
df.app.orchestration('Order', function* (context) {
  yield context.df.callActivity('Reserve');
  yield context.df.waitForExternalEvent('Paid');
  return yield context.df.callActivity('Ship');
});
df.app.orchestration('Other', function* (context) {
  yield context.df.waitForExternalEvent('Go');
});
for (const name of ['Reserve', 'Ship', 'Check']) df.app.activity(name, { handler: () => name });
`;

describe('running instances that an edit would break', () => {
  const fixture = new ReplayFixture();
  afterEach(() => fixture.cleanUp());

  const never = new AbortController().signal;
  const edit = (live: LiveApp, text: string): Promise<void> =>
    writeFile(path.join(live.dir, 'index.js'), v4Files(text)['index.js'] ?? '');
  const check = async (live: LiveApp, signal = never, limit = 50, hub: TaskHubClient = live.engine): Promise<RunningCheck> => {
    const worker = await fixture.replayWorker(live.dir);
    const open = async (_: TaskHubClient, instanceId: string) => {
      const row = await hub.get(instanceId);
      assert.ok(row);
      const history = await hub.history(instanceId);
      return openReplay({ instanceId, executionId: row.executionId, functionName: row.name, history }, worker);
    };
    return checkRunning(hub, open, { limit, signal, pause: () => Promise.resolve() });
  };
  const waiting = async (live: LiveApp, name: string, event: string): Promise<string> => {
    const { instanceId } = await live.engine.start({ name });
    await live.until(instanceId, (row) => row.awaitedEvents.includes(event));
    return instanceId;
  };

  it('are none as long as the code is what they ran with, or changes where they have not been', async () => {
    const live = await fixture.live(source);
    await waiting(live, 'Order', 'Paid');
    assert.deepEqual(await check(live), { checked: 1, broken: [], isPartial: false, notes: [] });
    await edit(
      live,
      source.replace("return yield context.df.callActivity('Ship')", "return yield context.df.callActivity('Check')"),
    );
    assert.deepEqual((await check(live)).broken, []);
  });

  it('are named with the line and the cause before they go on', async () => {
    const live = await fixture.live(source);
    const order = await waiting(live, 'Order', 'Paid');
    await waiting(live, 'Other', 'Go');
    const edited = source.replace(
      "yield context.df.callActivity('Reserve');",
      "yield context.df.callActivity('Check');\n  yield context.df.callActivity('Reserve');",
    );
    await edit(live, edited);
    const { checked, broken } = await check(live);
    assert.equal(checked, 2);
    assert.equal(broken.length, 1);
    assert.equal(broken[0]?.instanceId, order);
    assert.equal(broken[0].functionName, 'Order');
    assert.equal(broken[0].divergence.cause, 'addedCall');
    assert.equal(broken[0].divergence.place?.line, lineOf(edited, "'Check');"));
    assert.equal((await live.engine.get(order))?.runtimeStatus, 'Running');
  });

  it('include those whose orchestrator is gone', async () => {
    const live = await fixture.live(source);
    await waiting(live, 'Other', 'Go');
    await edit(live, source.replace("orchestration('Other'", "orchestration('Another'"));
    const { broken } = await check(live);
    assert.match(broken[0]?.divergence.message ?? '', /no longer has the orchestrator 'Other'/);
  });

  it('are looked for among the newest ones only, up to the limit', async () => {
    const live = await fixture.live(source);
    await waiting(live, 'Other', 'Go');
    const row = await live.engine.get(await waiting(live, 'Other', 'Go'));
    assert.ok(row);
    const asked: InstanceQuery[] = [];
    // The store of these tests knows no pages.
    const query = (wanted: InstanceQuery) =>
      Promise.resolve({ asked: asked.push(wanted), instances: [row], continuationToken: 'more' });
    const hub = new Proxy(live.engine, {
      get: (target, name) => (name === 'query' ? query : (Reflect.get(target, name, target) as () => void).bind(target)),
    });
    const { checked, isPartial } = await check(live, never, 1, hub);
    assert.deepEqual([checked, isPartial], [1, true]);
    const [{ orderBy, descending, pageSize } = {}] = asked;
    assert.deepEqual([orderBy, descending, pageSize], ['createdTime', true, 1]);
  });

  it('are not looked for in an app that does not load, and no longer once called off', async () => {
    const live = await fixture.live(source);
    await waiting(live, 'Other', 'Go');
    await assert.rejects(check(live, AbortSignal.abort()), (error) => DurascopeError.is(error, 'Stopped'));
    await edit(live, "throw new Error('half done');");
    await assert.rejects(check(live), (error) => DurascopeError.is(error, 'AppInvalid'));
  });

  it('are not entities, and not instances that have ended', async () => {
    const live = await fixture.live(source);
    const ended = await waiting(live, 'Other', 'Go');
    await live.engine.raiseEvent(ended, 'Go', null);
    await live.engine.waitForCompletion(ended, 10_000);
    await edit(live, source.replace("orchestration('Other'", "orchestration('Another'"));
    assert.deepEqual(await check(live), { checked: 0, broken: [], isPartial: false, notes: [] });
  });
});
