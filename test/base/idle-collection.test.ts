import assert from 'node:assert/strict';
import { mock } from 'node:test';
import { IdleCollection } from '../../src/base/idle-collection';

const mebibyte = 1024 * 1024;

describe('a collection while nothing is done', () => {
  let collections: string[];
  let bytes: number;
  let idle: IdleCollection;

  beforeEach(() => {
    mock.timers.enable({ apis: ['setTimeout'] });
    collections = [];
    bytes = 40 * mebibyte;
    idle = new IdleCollection({
      size: () => bytes,
      collect: (which) => {
        collections.push(which);
        if (which === 'all') bytes = 20 * mebibyte;
      },
    });
  });
  afterEach(() => mock.timers.reset());

  const rest = (): void => mock.timers.tick(6000);

  it('comes once, when nothing was done for a while', () => {
    rest();
    assert.deepEqual(collections, []);
    idle.touch();
    rest();
    rest();
    assert.deepEqual(collections, ['young', 'all']);
    for (let at = 0; at < 10; at++) rest();
    assert.deepEqual(collections, ['young', 'all']);
  });

  it('waits for as long as something is done', () => {
    idle.touch();
    for (let at = 0; at < 10; at++) {
      mock.timers.tick(3000);
      idle.touch();
      mock.timers.tick(3000);
    }
    assert.deepEqual(collections, []);
    rest();
    assert.deepEqual(collections, ['young']);
    idle.touch();
    rest();
    rest();
    assert.deepEqual(collections, ['young', 'young']);
    rest();
    assert.deepEqual(collections, ['young', 'young', 'all']);
  });

  it('is left out where the heap has hardly grown since the last', () => {
    const once = (grown: number): void => {
      bytes += grown * mebibyte;
      idle.touch();
      rest();
      rest();
    };
    once(0);
    collections = [];
    once(5);
    assert.deepEqual(collections, []);
    once(1);
    assert.deepEqual(collections, ['young', 'all']);
  });

  it('gives memory back, and leaves no global behind', async () => {
    let told: (what: string) => void = () => undefined;
    const registry = new FinalizationRegistry<string>((what) => told(what));
    const finalized = new Promise<string>((resolve) => (told = resolve));
    registry.register({}, 'collected');
    // An object of this turn is kept until it ends.
    await new Promise((resolve) => setImmediate(resolve));
    new IdleCollection().touch();
    rest();
    rest();
    assert.equal(await finalized, 'collected');
    assert.equal('gc' in globalThis, false);
  });
});
