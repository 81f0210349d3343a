/** Durascope's own functions in the app's process (docs/decisions/0007-rehearsal.md). */
import assert from 'node:assert/strict';
import { WorkerFixture, type RunningApp } from './worker-fixture';

const source = `const df = require('durable-functions');
df.app.activity('quick', { handler: (n) => n + 1 });
df.app.orchestration('chain', function* (context) { return yield context.df.callActivity('quick', 1); });
`;
const hooks = "require('@azure/functions').app.hook.preInvocation(() => undefined);";

describe('the functions of a rehearsal', () => {
  const fixture = new WorkerFixture();
  afterEach(() => fixture.cleanUp());

  const start = (code: string): Promise<RunningApp> =>
    fixture.start(null, {
      files: { 'package.json': JSON.stringify({ main: 'app.js' }), 'host.json': '{"version":"2.0"}', 'app.js': code },
    });

  it('run in the process as those of the app, and are in no list and no line of the log', async () => {
    const app = await start(source);
    assert.deepEqual(
      app.worker.functions().map(({ name }) => name),
      ['quick', 'chain'],
    );
    const lines = app.logs.length;
    const [orchestrator, activity] = app.worker.rehearsal;
    assert.deepEqual([orchestrator?.name, activity?.name], ['Durascope.Sequence', 'Durascope.Step']);
    const outcome = await app.worker.runActivity({
      instanceId: 'i',
      executionId: 'e',
      taskId: 0,
      name: 'Durascope.Step',
      input: '["one"]',
    });
    assert.deepEqual(outcome, { ok: true, result: '"Hello one!"' });
    const episode = await app.firstEpisode('Durascope.Sequence');
    assert.deepEqual(episode.decisions, [{ type: 'ScheduleTask', id: 0, name: 'Durascope.Step', input: '["one"]' }]);
    assert.equal(app.logs.length, lines);
    const unknown = await app.firstEpisode('Durascope.Other', null, 'other');
    assert.match(JSON.stringify(unknown.decisions), /doesn't exist/);
    assert.doesNotMatch(JSON.stringify(unknown.decisions), /Durascope\.Sequence/);
  });

  it('are made by the package as those of the app, with what it puts around them', async () => {
    const counting = `const lib = require('path').dirname(require.resolve('durable-functions'));
      for (const [file, name] of [['app.js', 'wrapActivityHandler'], ['util/testingUtils.js', 'createOrchestrator']]) {
        const made = require(lib + '/' + file);
        const make = made[name];
        made[name] = (code) => {
          const called = make(code);
          return (...args) => (console.log('called through', name), called(...args));
        };
      }`;
    const app = await start(`${counting}\n${source}`);
    const through = (name: string): number => app.logs.filter(({ message }) => message === `called through ${name}`).length;
    const step = { instanceId: 'i', executionId: 'e', taskId: 0, name: 'Durascope.Step', input: '["one"]' };
    assert.deepEqual(await app.worker.runActivity(step), { ok: true, result: '"Hello one!"' });
    await app.firstEpisode('Durascope.Sequence');
    await app.worker.runActivity({ ...step, name: 'quick', input: '[1]' });
    assert.equal(through('createOrchestrator'), 1);
    // 3.5 has it, and so has what the app registers of it.
    assert.equal(through('wrapActivityHandler'), 1);
  });

  it('are not there where invocations have hooks, or the app has nothing like them', async () => {
    assert.deepEqual((await start(source + hooks)).worker.rehearsal, []);
    assert.deepEqual((await start(source.replace(/df\.app\.activity.*/, ''))).worker.rehearsal, []);
  });
});
