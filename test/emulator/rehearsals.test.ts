/** Instances that are run while there is nothing to do (docs/decisions/0007-rehearsal.md). */
import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { Engine } from '../../src/engine/engine';
import { Rehearsals } from '../../src/emulator/app/rehearsals';
import { ManualClock } from '../support/manual-clock';
import { ScriptedWorker } from '../support/scripted-worker';

describe('rehearsals', () => {
  let clock: ManualClock;
  let worker: ScriptedWorker;
  let current: ScriptedWorker | null;
  let isFree: () => boolean;
  let onDisk: boolean;
  let rehearsals: Rehearsals;

  beforeEach(() => {
    clock = new ManualClock();
    worker = new ScriptedWorker('A', {
      scripts: {
        sequence: function* (context) {
          return [yield context.activity('step'), yield context.activity('step')];
        },
      },
      activities: { step: () => 1 },
    });
    current = worker;
    isFree = () => true;
    onDisk = false;
    let lastId = 0;
    rehearsals = new Rehearsals({
      clock,
      newEngine: (store, log) => new Engine({ store, clock, newId: () => `id${++lastId}`, log }),
      get onDisk() {
        return onDisk;
      },
      isFree: () => isFree(),
      app: () => (current === null ? null : { worker: current, functions: current.functions() }),
    });
  });
  afterEach(() => rehearsals.stop());

  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  async function rest(): Promise<void> {
    await turn();
    clock.advance(500);
    await turn();
  }

  it('begin after a rest, and run instances in the process to their ends', async () => {
    const over = rehearsals.begin();
    await turn();
    assert.equal(worker.episodes.length, 0);
    await rest();
    await over;
    assert.equal(worker.callCounts['step'], 2 * 310);
    assert.equal(worker.forgotten.length, 310, 'nothing is kept of them');
  });

  it('end with more at once than are over in one breath', async () => {
    const begun = new Set<string>();
    let mostAtOnce = 0;
    worker.intercept = ({ instanceId }) => {
      begun.add(instanceId);
      mostAtOnce = Math.max(mostAtOnce, begun.size - worker.forgotten.length);
      return undefined;
    };
    const over = rehearsals.begin();
    await rest();
    await over;
    assert(mostAtOnce > 50, String(mostAtOnce));
  });

  it('wait while there is something to do, and not for ever', async () => {
    isFree = () => false;
    const over = rehearsals.begin();
    for (let i = 0; i < 20; i++) await rest();
    await over;
    assert.equal(worker.episodes.length, 0);
  });

  it('make way for what there is to do', async () => {
    isFree = () => worker.forgotten.length < 3;
    const over = rehearsals.begin();
    await rest();
    await over;
    assert.equal(worker.forgotten.length, 3);
  });

  it('are over when the process goes away or cannot', async () => {
    worker.intercept = () => Promise.reject(new Error('It ended.'));
    const over = rehearsals.begin();
    await rest();
    clock.advance(5_000);
    await over;
    const asked = worker.episodes.length;
    assert(asked > 0);
    current = null;
    const other = rehearsals.begin();
    await rest();
    await other;
    assert.equal(worker.episodes.length, asked);
  });

  it('begin anew with a new process, and stop at once', async () => {
    const first = rehearsals.begin();
    await turn();
    const second = rehearsals.begin();
    await first;
    assert.equal(worker.episodes.length, 0);
    worker.pause();
    await rest();
    assert.equal(worker.episodes.length, 1);
    await rehearsals.stop();
    await second;
    assert.equal(worker.episodes.length, 1);
  });

  it('leave no folder behind', async () => {
    onDisk = true;
    const over = rehearsals.begin();
    await rest();
    await over;
    const own = (await readdir(tmpdir())).filter((name) => name.startsWith(`durascope-rehearsal-${process.pid}-`));
    assert.deepEqual(own, []);
  });
});
