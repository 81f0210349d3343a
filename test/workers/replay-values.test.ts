import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { problemsOf } from '../../src/core/values/app-problem';
import { DurascopeError } from '../../src/core/values/errors';
import type { HistoryEvent } from '../../src/core/history/history';
import type { EpisodeOutcome } from '../../src/core/ports/function-worker';
import { firstEvents, timestamp, WorkerFixture, type RunningApp } from './worker-fixture';

const files = {
  'package.json': '{"main": "a.js"}',
  'a.js': `const df = require('durable-functions');
df.app.activity('a', { handler: (x) => x });
df.app.orchestration('flags', function* (context) {
  const flags = [context.df.isReplaying];
  for (let count = 0; count < 2; count++) { yield context.df.waitForExternalEvent('go'); flags.push(context.df.isReplaying); }
  return flags;
});
df.app.orchestration('odd', function* (context) {
  for (let count = 0; count < 2; count++) yield context.df.waitForExternalEvent('go');
  yield context.df.callActivity('a', NaN);
  yield context.df.callActivity('a', { n: -0, u: undefined });
  return NaN;
});`,
};

describe('values of an orchestrator that was replayed as a check', () => {
  const fixture = new WorkerFixture();
  let app: RunningApp;
  before(async () => {
    app = await fixture.start(null, { files });
  });
  after(() => fixture.cleanUp());

  /** Runs it with two events, then a result for each of `results` activities; the last outcome. */
  async function run(name: string, results: number): Promise<EpisodeOutcome> {
    const base = (second: number) => ({ EventId: -1, IsPlayed: false, Timestamp: timestamp(second) });
    const history: HistoryEvent[] = [];
    const episode = async (...newEvents: HistoryEvent[]): Promise<EpisodeOutcome> => {
      const request = { instanceId: name, executionId: `e-${name}`, name, history: [...history], newEvents };
      const outcome = await app.worker.runEpisode(request);
      history.push(...newEvents);
      for (const decision of outcome.decisions) {
        if (decision.type !== 'ScheduleTask') continue;
        history.push({ ...base(9), EventType: 'TaskScheduled', EventId: decision.id, Name: 'a', Version: '', Input: null });
      }
      return outcome;
    };
    let outcome = await episode(...firstEvents(name, null, name));
    const started = (second: number): HistoryEvent => ({ ...base(second), EventType: 'OrchestratorStarted' });
    for (const second of [1, 2]) {
      outcome = await episode(started(second), { ...base(second), EventType: 'EventRaised', Name: 'go', Input: null });
    }
    for (let id = 0; id < results; id++) {
      outcome = await episode(started(3 + id), {
        ...base(3 + id),
        EventType: 'TaskCompleted',
        TaskScheduledId: id,
        Result: 'null',
      });
    }
    return outcome;
  }

  it('are those of the replay: isReplaying is what the SDK gives when it runs by itself', async () => {
    const [end] = (await run('flags', 0)).decisions;
    assert(end?.type === 'CompleteOrchestration');
    assert.equal(end.result, '[true,true,false]');
  });

  it('are compared as the JSON in which they leave: NaN and the like are no difference', async () => {
    const [end] = (await run('odd', 2)).decisions;
    assert(end?.type === 'CompleteOrchestration');
    await app.activity('a');
    assert.deepEqual(
      app.logs.filter(({ message, instanceId }) => instanceId === 'odd' && message.includes('not deterministic')),
      [],
    );
  });
});

describe('a folder of programming model v3', () => {
  const fixture = new WorkerFixture();
  afterEach(() => fixture.cleanUp());
  const binding = JSON.stringify({ bindings: [{ name: 'name', type: 'activityTrigger', direction: 'in' }] });
  const folder = (name: string, code: string): Record<string, string> => ({
    [`${name}/function.json`]: binding,
    [`${name}/index.js`]: code,
  });
  const inherited = (method: string): string =>
    `class Base { async ${method}() { return '${method} of ' + this.own; } } class Mine extends Base { constructor() { super(); this.own = 'mine'; } } module.exports = new Mine();`;

  it('may export an object whose function is inherited', async () => {
    const app = await fixture.start(null, {
      files: { 'package.json': '{}', ...folder('One', inherited('run')), ...folder('Two', inherited('index')) },
      durableFunctions: 'durable-functions-v2',
    });
    assert.equal(await app.result('One'), 'run of mine');
    assert.equal(await app.result('Two'), 'index of mine');
  });

  for (const [what, code] of [
    ['a syntax error', 'const = 1;'],
    ['a missing package', 'require("no-such-package");'],
    ['no function', 'module.exports = 7;'],
    ['something thrown', 'throw undefined;'],
  ] as const) {
    it(`that cannot be loaded fails by itself, the others run: ${what}`, async () => {
      const app = await fixture.start(null, {
        files: { 'package.json': '{}', ...folder('Broken', code), ...folder('Fine', 'module.exports = async () => 1;') },
        durableFunctions: 'durable-functions-v2',
      });
      assert.equal(await app.result('Fine'), 1);
      assert.deepEqual(
        app.worker.functions().map(({ name }) => name),
        ['Fine'],
      );
      await app.logged('Left out, while the other functions run: Function "Broken": ');
      const [problem, ...more] = app.worker.problems;
      assert.deepEqual([problem?.severity, problem?.source, more.length], ['error', 'Durascope', 0]);
      // What throws no error of its own has no line; then it is the folder's function.json.
      const where = code === 'throw undefined;' ? 'function.json' : 'index.js';
      assert.deepEqual([problem?.file, problem?.line], [path.join(app.dir, 'Broken', where), 1]);
    });
  }

  for (const [what, files, message, place] of [
    [
      'no JSON',
      { 'Broken/function.json': '{\n"bindings": [', 'Broken/index.js': '' },
      /Broken\/function\.json is not valid JSON/,
      2,
    ],
    ['no bindings', { 'Broken/function.json': '{}', 'Broken/index.js': '' }, /Broken\/function\.json: bindings/, undefined],
    ['no script', { 'Broken/function.json': binding }, /Broken\/function\.json: no script found/, undefined],
  ] as const) {
    it(`whose function.json is of no use fails by itself, the others run: ${what}`, async () => {
      const app = await fixture.start(null, {
        files: { 'package.json': '{}', ...files, ...folder('Fine', 'module.exports = async () => 1;') },
        durableFunctions: 'durable-functions-v2',
      });
      assert.equal(await app.result('Fine'), 1);
      const [problem] = app.worker.problems;
      assert.match(problem?.message ?? '', message);
      assert.deepEqual([problem?.file, problem?.line], [path.join(app.dir, 'Broken', 'function.json'), place]);
    });
  }

  it('that cannot be loaded is a problem until it is mended', async () => {
    const app = await fixture.start(null, {
      files: {
        'package.json': '{}',
        ...folder('Broken', '\n\nconst = 1;'),
        ...folder('Fine', 'module.exports = async () => 1;'),
      },
      durableFunctions: 'durable-functions-v2',
      watch: true,
      debounceMs: 50,
    });
    assert.equal(app.worker.problems[0]?.line, 3);
    await writeFile(path.join(app.dir, 'Broken', 'index.js'), 'module.exports = async () => 2;');
    assert.deepEqual(await app.event('appProblems'), { type: 'appProblems', problems: [] });
    assert.equal(await app.result('Broken'), 2);
  });

  it('is named with each of the others when none of them can be loaded', async () => {
    const files = { 'package.json': '{}', ...folder('One', 'const = 1;'), ...folder('Two', 'throw new Error("no");') };
    await assert.rejects(fixture.start(null, { files, durableFunctions: 'durable-functions-v2' }), (error) => {
      assert(DurascopeError.is(error, 'AppInvalid'));
      assert.deepEqual(
        problemsOf(error).map(({ file }) => path.basename(path.dirname(file ?? ''))),
        ['One', 'Two'],
      );
      return true;
    });
  });
});
