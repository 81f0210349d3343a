#!/usr/bin/env bash
# Guess: a pg-boss worker with batchSize 3 whose handler has done two jobs of the batch and throws at the third leaves the two completed, as a fan-out
# of activities in Durable Functions keeps those that ended well; and what the handler returns for each job of a batch is that job's output.
# Is: all three have failed with the one error and, with a retry, all three are done again. What a handler returns is kept only for a batch of one:
# of more the jobs complete with no output at all.
source "$(dirname "$0")/support/pg-boss.sh"
play '{"tries":["a","b","c","a","b","c"],"failed":["failed c","failed c","failed c"],"one":{"value":"did x"},"two":[null,null]}' <<'JS'
const tries = [];
await boss.createQueue('work', { retryLimit: 1, retryDelay: 0 });
const ids = [];
for (const name of ['a', 'b', 'c']) ids.push(await boss.send('work', { name }));
await boss.work('work', { batchSize: 3, pollingIntervalSeconds: 0.5 }, async (jobs) => {
  for (const { data } of jobs.toSorted((one, other) => one.data.name.localeCompare(other.data.name))) {
    tries.push(data.name);
    if (data.name === 'c') throw new Error('c');
  }
});
const failed = (await settled('work', ids)).map(({ state, output }) => `${state} ${output.message}`);
const outputs = async (queue, names) => {
  await boss.createQueue(queue);
  const sent = [];
  for (const name of names) sent.push(await boss.send(queue, { name }));
  await boss.work(queue, { batchSize: names.length, pollingIntervalSeconds: 0.5 }, async (jobs) => {
    const did = jobs.map(({ data }) => `did ${data.name}`);
    return did.length === 1 ? did[0] : did;
  });
  return (await settled(queue, sent)).map(({ output }) => output);
};
const [one] = await outputs('one', ['x']);
return { tries, failed, one, two: await outputs('two', ['x', 'y']) };
JS
