/** What becomes of an entity, of its failures and of its signals: where the packages differ from what one would guess. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { Engine } from '../../../src/engine/engine';
import { SystemClock } from '../../../src/emulator/time/system-clock';
import { SqlJsHistoryStore } from '../../../src/store/sql-js-history-store';
import { WorkerFixture, type RunningApp } from '../worker-fixture';

/** The same entity for both models: its operations say what they do. */
const entity = `(context) => {
  const e = context.df;
  const [to, value] = Array.isArray(e.getInput()) ? e.getInput() : [];
  switch (e.operationName) {
    case 'set': e.setState(e.getInput()); return;
    case 'leaves': e.destructOnExit(); return;
    case 'leavesAndReturns': e.destructOnExit(); e.return('bye'); return;
    case 'reads': e.return(e.getState(() => 0)); return;
    case 'isNew': e.return(e.isNewlyConstructed); return;
    case 'throwsError': throw new Error('why');
    case 'throwsObject': throw { code: 7 };
    case 'throwsText': throw 'text';
    case 'tells': e.signalEntity(new df.EntityId('e', to), 'hears', value); return;
    case 'hears': e.setState({ type: typeof e.getInput(), value: e.getInput() ?? null }); return;
  }
}`;
const orchestrator = `function* (context) {
  const [key, ...operations] = context.df.getInput();
  const seen = [];
  for (const operation of operations) {
    try { seen.push((yield context.df.callEntity(new df.EntityId('e', key), operation)) ?? null); }
    catch (error) { seen.push('caught: ' + error.message); }
  }
  return seen;
}`;
const binding = (type: string): string => JSON.stringify({ bindings: [{ name: 'context', type, direction: 'in' }] });
const models = {
  'durable-functions': {
    'package.json': '{"main": "a.js"}',
    'a.js': `const df = require('durable-functions');\ndf.app.entity('e', ${entity});\ndf.app.orchestration('Calls', ${orchestrator});`,
  },
  'durable-functions-v2': {
    'package.json': '{}',
    'e/function.json': binding('entityTrigger'),
    'e/index.js': `const df = require('durable-functions');\nmodule.exports = df.entity(${entity});`,
    'Calls/function.json': binding('orchestrationTrigger'),
    'Calls/index.js': `const df = require('durable-functions');\nmodule.exports = df.orchestrator(${orchestrator});`,
  },
} as const;

for (const [name, files] of Object.entries(models)) {
  describe(`entities of ${name} are not what one would guess`, () => {
    const fixture = new WorkerFixture();
    let app: RunningApp;
    let engine: Engine;

    before(async () => {
      const isOld = name === 'durable-functions-v2';
      app = await fixture.start(null, { files, ...(isOld ? { durableFunctions: 'durable-functions-v2' as const } : {}) });
      const log = (): void => undefined;
      const store = new SqlJsHistoryStore({ dir: null, log });
      engine = new Engine({ store, clock: new SystemClock(), log, newId: () => randomBytes(16).toString('hex') });
      await engine.open();
      engine.setWorker(app.worker);
    });
    after(async () => {
      await engine.stop();
      await fixture.cleanUp();
    });

    const calls = async (key: string, ...operations: string[]): Promise<unknown> => {
      const { instanceId } = await engine.start({ name: 'Calls', input: JSON.stringify([key, ...operations]) });
      return JSON.parse((await engine.waitForCompletion(instanceId, 10_000)).output ?? 'null') as unknown;
    };

    it('one that returns something after destructOnExit still exists; without, it is gone', async () => {
      assert.deepEqual(await calls('a', 'leavesAndReturns'), ['bye']);
      assert.deepEqual(await engine.getEntity('@e@a').then((found) => [found?.exists, found?.state]), [true, null]);
      assert.deepEqual(await calls('a', 'isNew'), [false]);
      await calls('b', 'set', 'leaves');
      assert.equal((await engine.getEntity('@e@b'))?.exists, false);
      assert.deepEqual(await calls('b', 'isNew'), [true]);
    });

    it('reading one that is not there makes it, without a state', async () => {
      assert.deepEqual(await calls('c', 'reads', 'isNew'), [0, false]);
      assert.deepEqual(await engine.getEntity('@e@c').then((found) => [found?.exists, found?.state]), [true, null]);
    });

    it('a failure reaches its caller as "[object Object]", be it an Error or an object; a text as it is', async () => {
      const seen = await calls('d', 'throwsError', 'throwsObject', 'throwsText');
      assert.deepEqual(seen, ['caught: [object Object]', 'caught: [object Object]', 'caught: text']);
      await app.logged("Operation 'throwsError' of the entity @e@d failed: Error: why");
    });

    it('a signal of 0, false or an empty text from one to another arrives without its input, and the log says so', async () => {
      for (const [key, value, shown] of [
        ['zero', 0, '0'],
        ['false', false, 'false'],
        ['empty', '', 'an empty text'],
      ] as const) {
        await engine.signalEntity('@e@teller', 'tells', { input: JSON.stringify([key, value]) });
        await engine.whenQuiet();
        assert.deepEqual(JSON.parse((await engine.getEntity(`@e@${key}`))?.state ?? ''), { type: 'undefined', value: null });
        const { level, message } = await app.logged(`signals 'hears' to @e@${key} with ${shown}`);
        assert.equal(level, 'warning');
        assert.match(message, /^The entity @e@teller .* Send it in an object or a list\.$/);
      }
      await engine.signalEntity('@e@teller', 'tells', { input: '["one",1]' });
      await engine.signalEntity('@e@teller', 'tells', { input: '["none"]' });
      await engine.whenQuiet();
      assert.deepEqual(JSON.parse((await engine.getEntity('@e@one'))?.state ?? ''), { type: 'number', value: 1 });
      assert.equal(
        app.logs.some(({ message }) => /to @e@(one|none) with/.test(message)),
        false,
      );
    });
  });
}
