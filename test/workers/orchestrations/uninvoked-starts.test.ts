/** Instances of SDK 3.x that begin without an invocation of their function, once the first one has shown what its code is given. */
import assert from 'node:assert/strict';
import { WorkerFixture } from '../worker-fixture';
import { newRunner } from './scenario';
import { sdk3, type Context, type Orchestrator } from './sdks';
import { TestHost } from './test-host';

describe('orchestrations that begin without an invocation', () => {
  let invoked: string[] = [];
  let inPlace: string[] = [];

  const runnerOf = (orchestrator: Orchestrator, mayBeInPlace = true): ReturnType<typeof newRunner> => {
    invoked = [];
    inPlace = [];
    const invoke = sdk3.register(orchestrator);
    return newRunner(sdk3, { Orchestration: orchestrator }, 'warm', {
      invoke: (call) => {
        invoked.push(call.instanceId);
        return invoke(call);
      },
      callInPlace: (call, code) => {
        if (!mayBeInPlace) return false;
        inPlace.push(call.instanceId);
        return sdk3.callInPlace?.(call, code) === true;
      },
    });
  };

  /** What code can see of its context. */
  function* telling({ df }: Context): Generator<unknown, unknown, unknown> {
    const { parentInstanceId, isReplaying, currentUtcDateTime, version } = df;
    const input = df.getInput() as { at: { Timestamp: unknown } };
    const answer = yield df.callActivity('A', df.newGuid('x').length);
    const { Timestamp } = input.at;
    const kinds = { Timestamp: Timestamp instanceof Date, now: currentUtcDateTime instanceof Date };
    return { input, kinds, parentInstanceId, isReplaying, currentUtcDateTime, version, keys: Object.keys(df), answer };
  }

  const input = { at: { Timestamp: '2024-05-06T07:08:09Z' }, list: [1, null] };

  it('see what those see that are invoked, and end as they do', async () => {
    const runner = runnerOf(telling);
    try {
      const outputs: (string | null)[] = [];
      for (const instanceId of ['one', 'two', 'three']) {
        const host = new TestHost(runner, { instanceId, input, parentInstanceId: 'parent' });
        await host.start();
        await host.episode(host.completed(0, 7));
        assert.equal(host.status, 'Completed');
        outputs.push(host.output);
      }
      assert.deepEqual([invoked, inPlace], [['one'], ['two', 'three']]);
      assert.match(outputs[0] ?? '', /"parentInstanceId":"parent"/);
      assert.match(outputs[0] ?? '', /"kinds":{"Timestamp":true,"now":true}/);
      assert.deepEqual([outputs[1], outputs[2]], [outputs[0], outputs[0]]);
    } finally {
      runner.dispose();
    }
  });

  it('are invoked where the function may be more than its code, and again after everything was cleared', async () => {
    const code: Orchestrator = function* ({ df }) {
      return yield df.callActivity('A');
    };
    const runner = runnerOf(code, false);
    try {
      for (const instanceId of ['one', 'two']) await new TestHost(runner, { instanceId }).start();
      assert.deepEqual([invoked, inPlace], [['one', 'two'], []]);
    } finally {
      runner.dispose();
    }
    const cleared = runnerOf(code);
    try {
      await new TestHost(cleared, { instanceId: 'one' }).start();
      cleared.clear();
      await new TestHost(cleared, { instanceId: 'two' }).start();
      assert.deepEqual([invoked, inPlace], [['one', 'two'], []]);
    } finally {
      cleared.dispose();
    }
  });

  it('fail by what their code throws at once', async () => {
    const runner = runnerOf(() => {
      throw new Error('not today');
    });
    try {
      const failures: (string | null)[] = [];
      for (const instanceId of ['one', 'two']) {
        const host = await new TestHost(runner, { instanceId }).start();
        assert.equal(host.status, 'Failed');
        failures.push(
          host.output
            ?.split('\n')
            .filter((line) => !line.includes('    at '))
            .join('\n') ?? null,
        );
      }
      assert.equal(failures[1], failures[0]);
      assert.match(failures[0] ?? '', /not today/);
    } finally {
      runner.dispose();
    }
  });

  describe('in the process of an app', () => {
    const fixture = new WorkerFixture();
    after(() => fixture.cleanUp());

    it('log as ever; a function with something around its code is invoked for each of them', async () => {
      const app = await fixture.start(null, {
        files: {
          'package.json': JSON.stringify({ main: 'index.js' }),
          'index.js': `const df = require('durable-functions');
const { app } = require('@azure/functions');
const code = function* (context) {
  console.log('printed', Object.keys(context).sort().join(), Object.keys(context.triggerMetadata).sort().join(), context.triggerMetadata.input);
  context.log('logged');
  return yield context.df.callActivity('hello');
};
df.app.orchestration('plain', code);
const inner = require(require('path').dirname(require.resolve('durable-functions')) + '/util/testingUtils.js').createOrchestrator(code);
app.generic('wrapped', {
  trigger: { type: 'orchestrationTrigger' },
  handler: async (trigger, context) => { console.log('around'); return inner(trigger, context); },
});
df.app.activity('hello', { handler: () => 1 });`,
        },
      });
      const ofInstance = (instanceId: string): unknown[] =>
        app.logs
          .filter((entry) => entry.instanceId === instanceId)
          .map(({ message, functionName, invocationId, level }) => [message, functionName, typeof invocationId, level]);
      for (const instanceId of ['p1', 'p2', 'p3']) await app.firstEpisode('plain', 'in', instanceId);
      for (const instanceId of ['w1', 'w2']) await app.firstEpisode('wrapped', 'in', instanceId);
      assert.equal(ofInstance('p1').length, 2, JSON.stringify(app.logs));
      assert.deepEqual([ofInstance('p2'), ofInstance('p3')], [ofInstance('p1'), ofInstance('p1')]);
      assert.equal(ofInstance('w1').length, 3);
      assert.deepEqual(ofInstance('w2'), ofInstance('w1'));
    });
  });
});
