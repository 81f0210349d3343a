import assert from 'node:assert/strict';
import { setImmediate as immediate } from 'node:timers/promises';
import { OneByOne, turnMs } from '../../src/workers/node/child/functions/one-by-one';

describe('what the process of an app is asked for', () => {
  let now = 0;
  let said: string[] = [];
  beforeEach(() => {
    now = 0;
    said = [];
  });

  /** So many steps, with nothing but promises in between. */
  const steps = (name: string, count: number): (() => boolean) => {
    const run = async (): Promise<void> => {
      for (let step = 1; step <= count; step++) {
        said.push(`${name}${step}`);
        await Promise.resolve();
      }
    };
    return () => {
      void run();
      return true;
    };
  };

  const atOnce = (name: string) => (): boolean => {
    said.push(name);
    return false;
  };

  it('goes as far as it comes before the next begins', async () => {
    const turns = new OneByOne(() => now);
    for (const name of ['a', 'b', 'c']) turns.add(steps(name, 3), 'new');
    await immediate();
    assert.deepEqual(said, ['a1', 'a2', 'a3', 'b1', 'b2', 'b3', 'c1', 'c2', 'c3']);
  });

  it('does not hold up others while it waits for something outside', async () => {
    const turns = new OneByOne(() => now);
    let open: () => void = () => undefined;
    const opened = new Promise<void>((resolve) => (open = resolve));
    const waits = async (): Promise<void> => {
      said.push('waits');
      await opened;
      said.push('goes on');
    };
    turns.add(() => (void waits(), true), 'new');
    turns.add(steps('b', 2), 'new');
    await immediate();
    assert.deepEqual(said, ['waits', 'b1', 'b2']);
    open();
    await immediate();
    assert.equal(said.at(-1), 'goes on');
  });

  it('goes on with what has begun before anything else begins', async () => {
    const turns = new OneByOne(() => now);
    turns.add(steps('new', 1), 'new');
    turns.add(atOnce('also new'), 'new');
    turns.add(steps('begun', 2), 'begun');
    await immediate();
    assert.deepEqual(said, ['begun1', 'begun2', 'new1', 'also new']);
  });

  it('takes what is rehearsed when there is nothing else, and again what has begun before what has not', async () => {
    const turns = new OneByOne(() => now);
    turns.add(atOnce('rehearsed new'), 'rehearsedNew');
    turns.add(atOnce('rehearsed begun'), 'rehearsedBegun');
    turns.add(() => {
      // While it runs the user asks for something.
      turns.add(atOnce('later'), 'new');
      return atOnce('rehearsed')();
    }, 'rehearsedBegun');
    turns.add(atOnce('new'), 'new');
    turns.add(atOnce('begun'), 'begun');
    await immediate();
    assert.deepEqual(said, ['begun', 'new', 'rehearsed begun', 'rehearsed', 'later', 'rehearsed new']);
  });

  it('costs no turn of anything where it is over at once', async () => {
    const turns = new OneByOne(() => now);
    turns.add(() => (process.nextTick(() => said.push('tick')), atOnce('a')()), 'new');
    turns.add(atOnce('b'), 'new');
    await immediate();
    assert.deepEqual(said, ['a', 'b', 'tick']);
  });

  it('lets the event loop have its turn when that is due, and takes what comes then', async () => {
    const turns = new OneByOne(() => now);
    const slow = (name: string) => (): boolean => {
      now += turnMs;
      return atOnce(name)();
    };
    setImmediate(() => {
      said.push('event loop');
      turns.add(slow('c'), 'begun');
    });
    turns.add(slow('a'), 'new');
    turns.add(slow('b'), 'new');
    while (said.length < 4) await immediate();
    assert.deepEqual(said, ['a', 'event loop', 'c', 'b']);
  });
});
