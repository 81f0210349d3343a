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
