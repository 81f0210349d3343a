/** A process that has shown hundreds of instances shows the next one like the first: what V8 makes of hot code never changes what is seen. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { openReplay } from '../../src/replay/open-replay';
import { spawnProcess, type Launcher } from '../../src/workers/supervision/launch';
import { look, ReplayFixture } from './replay-fixture';

const source = `
df.app.activity('Echo', { handler: (value) => value });
function* helper(context, n) {
  const task = context.df.callActivity('Echo', n);
  const unused = { n };
  const value = yield task;
  return value;
}
df.app.orchestration('Main', function* (context) {
  const never = 'used';
  const list = [];
  for (let round = 0; round < 6; round++) {
    const before = list.length;
    const value = round % 2 === 0 ? yield context.df.callActivity('Echo', round) : yield* helper(context, round);
    const after = list.push(value);
  }
  return list;
});
`;

describe('a process that has shown hundreds of instances', () => {
  const fixture = new ReplayFixture();
  after(() => fixture.cleanUp());

  it('shows the same variables in both directions, as it did at first', async () => {
    const live = await fixture.live(source);
    const worker = await fixture.replayWorker(live.dir);
    const { row, history } = await live.run('Main');
    const request = { instanceId: row.instanceId, executionId: row.executionId, functionName: row.name, history };
    let first: unknown[] = [];
    for (let round = 0; round < 60; round++) {
      const timeline = await openReplay(request, worker);
      const forwards: unknown[] = [];
      for (const step of timeline.steps) forwards.push(await look(timeline, step.index));
      if (round === 0) first = forwards;
      assert.deepEqual(forwards, first, `forwards, replay ${round + 1}`);
      const backwards: unknown[] = [];
      for (const step of timeline.steps.toReversed()) backwards.push(await look(timeline, step.index));
      assert.deepEqual(backwards.toReversed(), first, `backwards, replay ${round + 1}`);
      await timeline.dispose();
    }
  });

  it('is started with no option that a Node.js could refuse', async () => {
    const live = await fixture.live(source);
    const seen: string[][] = [];
    const launcher: Launcher = (spec) => {
      seen.push([...spec.args]);
      return spawnProcess(spec);
    };
    const worker = await fixture.replayWorker(live.dir, { launcher });
    const { row, history } = await live.run('Main');
    const request = { instanceId: row.instanceId, executionId: row.executionId, functionName: row.name, history };
    await (await openReplay(request, worker)).dispose();
    assert.deepEqual(
      seen.map((args) => args.slice(0, -1)),
      [['--inspect-port=127.0.0.1:0']],
    );
  });

  it('goes on where V8 does not know a flag', () => {
    const file = path.resolve(__dirname, '../../src/workers/node/child/replay/plain-code.ts');
    const script = `require(${JSON.stringify(file)}).keepVariables(['--no-such-flag', '--no-opt']); console.log('goes on');`;
    const { stdout, status } = spawnSync(process.execPath, ['--require', 'tsx/cjs', '-e', script], { encoding: 'utf8' });
    assert.deepEqual([status, stdout.trim()], [0, 'goes on']);
  });
});
