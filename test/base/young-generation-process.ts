/**
 * Makes objects of which many survive, with a young generation that is held and then with one that is not; prints in bytes how large it was before,
 * mostly while it was held, and at most while it was not. V8 makes it smaller at times, soonest where a busy machine lets the process wait, and may have
 * made it larger while the program was loaded.
 */
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { keepYoungGenerationSmall } from '../../src/base/young-generation';

let objects: object[] = [];

const youngSize = (): number => getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')?.space_size ?? 0;

/** After each of 200 turns of the event loop, sorted. */
async function youngSizesOfWork(): Promise<number[]> {
  const sizes: number[] = [];
  for (let turn = 0; turn < 200; turn++) {
    for (let i = 0; i < 4_000; i++) objects.push({ i, text: `number ${i}`, list: [i, i, i] });
    if (objects.length > 60_000) objects = [];
    await new Promise((resolve) => setImmediate(resolve));
    sizes.push(youngSize());
  }
  return sizes.sort((a, b) => a - b);
}

const before = youngSize();
keepYoungGenerationSmall(4);
void youngSizesOfWork().then(async (held) => {
  setFlagsFromString('--semi-space-growth-factor=2');
  const free = await youngSizesOfWork();
  console.log(JSON.stringify({ before, kept: held[held.length / 2], free: free.at(-1) }));
});
