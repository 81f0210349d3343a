import assert from 'node:assert/strict';
import type { HistoryEvent } from '../../../src/core/history/history';
import { WorkerFixture, firstEvents, timestamp } from '../worker-fixture';

/** One orchestrator, written for each programming model. */
const body = `function* (context) {
  context.log('before');
  const text = yield context.df.callActivity('hello', 'Oslo');
  context.log('between');
  yield context.df.waitForExternalEvent('go');
  context.log('after');
  return text;
}`;
const apps = {
  'durable-functions-v2': {
    'package.json': '{}',
    'chatty/function.json': JSON.stringify({ bindings: [{ name: 'context', type: 'orchestrationTrigger', direction: 'in' }] }),
    'chatty/index.js': `module.exports = require('durable-functions').orchestrator(${body});`,
    'hello/function.json': JSON.stringify({ bindings: [{ name: 'name', type: 'activityTrigger', direction: 'in' }] }),
    'hello/index.js': 'module.exports = async (context) => `Hello ${context.bindings.name}`;',
  },
  'durable-functions': {
    'package.json': JSON.stringify({ main: 'index.js' }),
    'index.js': `const df = require('durable-functions');
df.app.orchestration('chatty', ${body});
df.app.activity('hello', { handler: (name) => \`Hello \${name}\` });`,
  },
};

describe('orchestrations in the child process', () => {
  const fixture = new WorkerFixture();
  after(() => fixture.cleanUp());

  for (const [durableFunctions, files] of Object.entries(apps)) {
    it(`go on over their episodes, and their logs come once and without complaint (${durableFunctions})`, async () => {
      const isV2 = durableFunctions === 'durable-functions-v2';
      const app = await fixture.start(null, { files, ...(isV2 ? { durableFunctions: 'durable-functions-v2' as const } : {}) });
      const base = (second: number) => ({ EventId: -1, IsPlayed: false, Timestamp: timestamp(second) });
      const history: HistoryEvent[] = [];
      const episode = async (...newEvents: HistoryEvent[]) => {
        const outcome = await app.worker.runEpisode({
          instanceId: 'instance',
          executionId: 'e-instance',
          name: 'chatty',
          history: [...history],
          newEvents,
        });
        history.push(...newEvents);
        return outcome;
      };
      const started = (second: number): HistoryEvent => ({ ...base(second), EventType: 'OrchestratorStarted' });

      const first = await episode(...firstEvents('chatty', null, 'instance'));
      assert.deepEqual(first.decisions, [{ type: 'ScheduleTask', id: 0, name: 'hello', input: '["Oslo"]' }]);
      assert.equal(await app.result('hello', 'Oslo'), 'Hello Oslo');
      history.push({ ...base(0), EventType: 'TaskScheduled', EventId: 0, Name: 'hello', Version: '', Input: null });
      const second = await episode(started(1), {
        ...base(1),
        EventType: 'TaskCompleted',
        TaskScheduledId: 0,
        Result: '"Hello Oslo"',
      });
      assert.deepEqual(second, { decisions: [], customStatus: null, awaitedEvents: ['go'] });
      const third = await episode(started(2), { ...base(2), EventType: 'EventRaised', Name: 'go', Input: null });
      assert.deepEqual(third.decisions, [{ type: 'CompleteOrchestration', id: 1, status: 'Completed', result: '"Hello Oslo"' }]);
      await app.logged('after');
      assert.deepEqual(
        app.logs.filter(({ functionName }) => functionName === 'chatty').map(({ message }) => message),
        ['before', 'between', 'after'],
      );
      assert.deepEqual(
        app.logs.filter(({ level }) => level === 'warning' || level === 'error'),
        [],
      );
    });
  }
});
