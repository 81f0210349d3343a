/** Makes objects of which many survive, with a young generation that is held and then with one that is not; prints how large it became. */
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { keepYoungGenerationSmall } from '../../src/base/young-generation';

let objects: object[] = [];

async function youngSizeAfterWork(): Promise<number> {
  for (let turn = 0; turn < 200; turn++) {
    for (let i = 0; i < 4_000; i++) objects.push({ i, text: `number ${i}`, list: [i, i, i] });
    if (objects.length > 60_000) objects = [];
    await new Promise((resolve) => setImmediate(resolve));
  }
  return getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')?.space_size ?? 0;
}

keepYoungGenerationSmall(4);
void youngSizeAfterWork().then(async (kept) => {
  setFlagsFromString('--semi-space-growth-factor=2');
  const free = await youngSizeAfterWork();
  console.log(JSON.stringify({ kept, free }));
});
