import assert from 'node:assert/strict';
import path from 'node:path';
import { DurascopeError } from '../../src/core/values/errors';
import { lineOf, locals, look, ReplayFixture, type LiveApp } from './replay-fixture';

const source = `
df.app.activity('Greet', { handler: (name) => ({ text: 'Hello ' + name, at: { city: name } }) });
df.app.activity('Add', { handler: ([a, b]) => a + b });
function* greetTwice(context, name) {
  const first = yield context.df.callActivity('Greet', name); // greet 1
  const second = yield context.df.callActivity('Greet', name + '!'); // greet 2
  return [first, second];
}
df.app.orchestration('Both', function* (context) {
  return yield context.df.Task.all([
    context.df.callActivity('Add', [1, 2]),
    context.df.waitForExternalEvent('First'),
    context.df.waitForExternalEvent('Second'),
  ]);
});
df.app.orchestration('Tour', function* (context) {
  const input = context.df.getInput();
  const seen = [];
  for (const city of input.cities) {
    seen.push(city);
    context.df.setCustomStatus({ city, count: seen.length });
    const both = yield* greetTwice(context, city); // delegate
    seen.push(both[1].text);
    context.log('greeted ' + city);
  }
  const sum = yield context.df.callActivity('Add', [1, 2]); // add
  const decision = yield context.df.waitForExternalEvent('Approve'); // wait
  return { sum, decision, seen };
});
`;

describe('replay of an orchestration', () => {
  const fixture = new ReplayFixture();
  let live: LiveApp;
  before(async () => {
    live = await fixture.live(source);
  });
  after(() => fixture.cleanUp());

  const run = () =>
    live.run('Tour', { cities: ['Oslo', 'Rome'] }, async (id) => {
      await live.raise(id, 'Approve', 'yes');
    });

  it('leaves out of what is waited for at the end what has come, beside others that have not', async () => {
    const { instanceId } = await live.engine.start({ name: 'Both' });
    await live.raise(instanceId, 'First');
    await live.until(instanceId, async ({ awaitedEvents }) => {
      const { activities } = await live.engine.waitingFor(instanceId);
      return activities.length === 0 && awaitedEvents.join() === 'Second';
    });
    const timeline = await fixture.open(live.dir, await live.now(instanceId));
    assert.deepEqual(
      timeline.steps.map(({ kind, pending }) => [kind, pending.map(({ name }) => name)]),
      [['waiting', ['Second']]],
    );
  });

  it('shows each moment at its line, with the helpers that the code waits in, and what it asked for', async () => {
    const timeline = await fixture.open(live.dir, await run());
    const file = path.join(live.dir, 'index.js');
    const line = (text: string) => lineOf(source, text);
    assert.equal(timeline.divergence, null);
    assert.deepEqual(timeline.notes, []);
    assert.deepEqual(
      timeline.steps.map(({ kind, frames }) => [kind, ...frames.map(({ name, place }) => `${name} ${place?.line ?? 0}`)]),
      [
        ['started', `greetTwice ${line('greet 1')}`, `Tour ${line('delegate')}`],
        ['resumed', `greetTwice ${line('greet 2')}`, `Tour ${line('delegate')}`],
        ['resumed', `greetTwice ${line('greet 1')}`, `Tour ${line('delegate')}`],
        ['resumed', `greetTwice ${line('greet 2')}`, `Tour ${line('delegate')}`],
        ['resumed', `Tour ${line('// add')}`],
        ['resumed', `Tour ${line('// wait')}`],
        ['completed'],
      ],
    );
    assert.ok(timeline.steps.every(({ frames }) => frames.every(({ place }) => place?.file === file)));
    assert.deepEqual(
      timeline.steps.map(({ decisions }) => decisions.map((decision) => ('name' in decision ? decision.name : decision.type))),
      [['Greet'], ['Greet'], ['Greet'], ['Greet'], ['Add'], [], []],
    );
    assert.deepEqual(timeline.steps[5]?.pending, [
      { id: null, kind: 'event', name: 'Approve', attempt: 1, sinceRow: null, instanceId: null },
    ]);
    assert.deepEqual(
      timeline.steps.map(({ customStatus }) =>
        customStatus === null ? null : (JSON.parse(customStatus) as { count: number }).count,
      ),
      [1, 1, 3, 3, 3, 3, 3],
    );
    assert.deepEqual(
      timeline.steps.map(({ logs }) => logs.map(({ message }) => message)),
      [[], [], ['greeted Oslo'], [], ['greeted Rome'], [], []],
    );
    assert.deepEqual(
      timeline.steps.flatMap(({ logs }) => logs.map(({ place }) => [place?.file, place?.line])),
      [
        [file, line('greeted')],
        [file, line('greeted')],
      ],
    );
  });

  it('shows the variables of the moment, also after later moments were looked at', async () => {
    const timeline = await fixture.open(live.dir, await run());
    const late = await timeline.scopes(5, 0);
    assert.ok(late.length > 0);
    assert.equal((await locals(timeline, 5))['seen'], "Array(4) ['Oslo', 'Hello Oslo!', 'Rome', 'Hello Rome!']");
    assert.equal((await locals(timeline, 2, 1))['seen'], "Array(3) ['Oslo', 'Hello Oslo!', 'Rome']");
    assert.equal((await locals(timeline, 0, 1))['seen'], "Array(1) ['Oslo']");
    assert.equal((await locals(timeline, 1))['first'], "{text: 'Hello Oslo', at: {…}}");
  });

  it('keeps a reference good whatever is looked at in between', async () => {
    const timeline = await fixture.open(live.dir, await run());
    const [scope] = await timeline.scopes(1, 0);
    const first = (await timeline.variables(scope?.reference ?? '')).find(({ name }) => name === 'first');
    await timeline.scopes(5, 0);
    const inside = await timeline.variables(first?.reference ?? '');
    assert.deepEqual(
      inside.map(({ name, value, evaluateName }) => [name, value, evaluateName]),
      [
        ['text', "'Hello Oslo'", 'first.text'],
        ['at', "{city: 'Oslo'}", 'first.at'],
      ],
    );
    await timeline.scopes(6, 0);
    assert.deepEqual(
      (await timeline.variables(inside[1]?.reference ?? '')).map(({ name, value }) => [name, value]),
      [['city', "'Oslo'"]],
    );
  });

  it('evaluates in the frame of a moment and refuses what would change something', async () => {
    const timeline = await fixture.open(live.dir, await run());
    const value = async (step: number, frame: number, expression: string) =>
      (await timeline.evaluate(step, frame, expression)).value;
    assert.equal(await value(2, 1, 'seen.length + input.cities.length'), '5');
    assert.equal(await value(2, 0, 'name'), "'Rome'");
    assert.equal(await value(1, 0, 'first.at.city.slice(1)'), "'slo'");
    assert.equal(await value(4, 0, '({ n: seen.map((one) => one.length) }) // a comment'), '{n: Array(4)}');
    const refused = (expression: string, message: RegExp) =>
      assert.rejects(
        timeline.evaluate(2, 1, expression),
        (error) => DurascopeError.is(error, 'InvalidArgument') && message.test(error.message),
      );
    await refused('seen.push(1)', /changes something/);
    await refused('globalThis.x = 1', /changes something/);
    await refused('nothing', /nothing is not defined/);
    await refused('1; 2', /SyntaxError/);
    await refused('', /expression/);
    assert.equal(await value(2, 1, 'seen.length'), '3');
  });

  it('visits the same moments forwards and backwards', async () => {
    const live1 = await run();
    const timeline = await fixture.open(live.dir, live1);
    const forwards: unknown[] = [];
    for (const step of timeline.steps) forwards.push(await look(timeline, step.index));
    const backwards: unknown[] = [];
    for (const step of timeline.steps.toReversed()) backwards.push(await look(timeline, step.index));
    assert.deepEqual(backwards.toReversed(), forwards);
    assert.equal(timeline.steps.at(-1)?.output, live1.row.output);
    assert.equal(timeline.steps.at(-1)?.customStatus, live1.row.customStatus);
  });
});
