import assert from 'node:assert/strict';
import type { EntityScript } from '../support/entity-script';
import type { Script, ScriptContext, Task } from '../support/script-types';
import { TestHub } from '../support/test-hub';

const long = 'x'.repeat(500);
const short = 'x'.repeat(50);
const does = (what: (context: ScriptContext) => Task | null, result: () => unknown = () => null): Script =>
  function* (context) {
    const task = what(context);
    if (task !== null) yield task;
    return result();
  };
const cell: EntityScript = (context) => {
  if (context.operation === 'keep') context.state = long;
  if (context.operation === 'say') return long;
  if (context.operation === 'send') context.signal('@cell@b', 'set', long);
  return context.state ?? null;
};

describe('the limit of one value', () => {
  for (const profile of ['A', 'G'] as const) {
    const scripts: Record<string, Script> = {
      fine: does(
        (context) => context.activity('echo', short),
        () => short,
      ),
      task: does((context) => context.activity('echo', long)),
      result: does((context) => context.activity('grow')),
      child: does((context) => context.child('fine', long)),
      output: does(
        () => null,
        () => long,
      ),
      again: does((context) => {
        context.continueAsNew(long);
        return null;
      }),
      entity: does((context) => context.callEntity('@cell@a', 'set', long)),
      keep: does((context) => context.callEntity('@cell@a', 'keep')),
      say: does((context) => context.callEntity('@cell@a', 'say')),
      send: does((context) => context.callEntity('@cell@a', 'send')),
      waits: does((context) => context.waitEvent('Go')),
    };
    const open = (): Promise<TestHub> =>
      TestHub.open({
        scripts,
        activities: { echo: (value) => value, grow: () => long },
        entities: { cell },
        profile,
        engine: { maxValueChars: 400 },
      });

    it(`is not met by what is shorter (profile ${profile})`, async () => {
      const hub = await open();
      await hub.start('fine', { instanceId: 'fine' });
      assert.equal(hub.row('fine').runtimeStatus, 'Completed');
      await hub.dispose();
    });

    for (const name of Object.keys(scripts).filter((each) => each !== 'fine' && each !== 'waits')) {
      it(`fails by name what is over it, and nothing else: ${name} (profile ${profile})`, async () => {
        const hub = await open();
        await hub.start(name, { instanceId: name });
        const { runtimeStatus, output } = hub.row(name);
        assert.equal(runtimeStatus, 'Failed', output ?? '');
        assert.match(output ?? '', /has \d+ characters of JSON, and one value has at most 400/);
        await hub.start('fine', { instanceId: 'fine' });
        assert.equal(hub.row('fine').runtimeStatus, 'Completed');
        await hub.dispose();
      });
    }

    it(`is told to whoever starts, raises or signals (profile ${profile})`, async () => {
      const hub = await open();
      await hub.start('waits', { instanceId: 'waits' });
      const input = JSON.stringify(long);
      for (const refused of [
        () => hub.engine.start({ name: 'waits', input, instanceId: 'b' }),
        () => hub.engine.raiseEvent('waits', 'Go', input),
        () => hub.engine.signalEntity('@cell@a', 'set', { input }),
      ]) {
        await assert.rejects(refused, { code: 'InvalidArgument', message: /has 502 characters of JSON, .* at most 400/ });
      }
      assert.equal(await hub.engine.get('b'), undefined);
      await hub.dispose();
    });
  }
});

describe('the limit of what stands beside a value', () => {
  const longName = 'n'.repeat(1024 * 1024);
  const wide = { name: longName, tag: longName };
  for (const profile of ['A', 'G'] as const) {
    const scripts: Record<string, Script> = {
      activity: does((context) => context.activity(wide.name + wide.tag)),
      child: does((context) => context.child(wide.name + wide.tag, null)),
      entity: does((context) => context.callEntity('@cell@a', wide.name + wide.tag)),
      version: does((context) => context.activity('echo', 1)),
      fine: does((context) => context.waitEvent('Go')),
      waitsLong: does((context) => context.waitEvent(wide.name + wide.tag)),
    };
    const open = (): Promise<TestHub> =>
      TestHub.open({ scripts, activities: { echo: (value) => value }, entities: { cell }, profile });

    // What a JavaScript app calls is looked up first, and an operation is part of a value.
    for (const name of profile === 'A' ? ['child'] : ['activity', 'child', 'entity']) {
      it(`fails by name the orchestration that is over it: ${name} (profile ${profile})`, async () => {
        const hub = await open();
        await hub.start(name, { instanceId: name });
        assert.equal(hub.row(name).runtimeStatus, 'Failed');
        assert.match(
          (hub.row(name).output ?? '').slice(0, 300),
          /have 2,097,\d+ characters together, and there is room for 1,048,576/,
        );
        await hub.dispose();
      });
    }

    it(`fails nothing for the name of an event that is waited for (profile ${profile})`, async () => {
      const hub = await open();
      await hub.start('waitsLong', { instanceId: 'x' });
      assert.equal(hub.row('x').runtimeStatus, 'Running');
      assert.deepEqual(hub.row('x').awaitedEvents, []);
      await hub.dispose();
    });

    it(`is told to clients: names, versions, tags (profile ${profile})`, async () => {
      const hub = await open();
      await hub.start('fine', { instanceId: 'fine' });
      const tooLong = wide.name + wide.tag;
      for (const refused of [
        () => hub.engine.start({ name: 'fine', version: tooLong }),
        () => hub.engine.start({ name: 'fine', tags: { a: tooLong } }),
        () => hub.engine.raiseEvent('fine', tooLong, null),
        () => hub.engine.signalEntity('@cell@a', tooLong),
      ]) {
        await assert.rejects(refused, { code: 'InvalidArgument', message: /there is room for 1,048,576/ });
      }
      await hub.dispose();
    });

    it(`and reasons are values (profile ${profile})`, async () => {
      const hub = await TestHub.open({ scripts, activities: {}, profile, engine: { maxValueChars: 400 } });
      await hub.start('fine', { instanceId: 'fine' });
      for (const refused of [
        () => hub.engine.terminate('fine', long),
        () => hub.engine.suspend('fine', long),
        () => hub.engine.suspend('fine', null).then(() => hub.engine.resume('fine', long)),
        () => hub.engine.rewind('fine', long),
      ]) {
        await assert.rejects(refused, (error: { code?: string }) => error.code !== undefined);
        await hub.quiet();
      }
      assert.notEqual(hub.row('fine').runtimeStatus, 'Terminated');
      await hub.dispose();
    });
  }

  it('of failures: details of an activity fail it by that text', async () => {
    const hub = await TestHub.open({
      scripts: { main: does((context) => context.activity('a')) },
      activities: { a: 'manual' },
      profile: 'G',
      engine: { maxValueChars: 400 },
    });
    await hub.start('main', { instanceId: 'main' });
    hub.worker.call('a').fail('short', { StackTrace: long });
    await hub.quiet();
    assert.match(hub.row('main').output ?? '', /The details of the failure have \d+ characters, and there is room for 400/);
    await hub.dispose();
  });
});
