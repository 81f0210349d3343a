#!/usr/bin/env bash
# Guess: `await context.parallel([...])` of AWS's durable functions throws when a branch has failed, as Promise.all and Task.all do, or at least
# waits for the others and gives their results; the execution that does not look at the answer fails.
# Is: it answers with a batch whose status is FAILED and throws nothing; the execution goes on and succeeds, and so does the operation in the
# history. The first failure ends the waiting: branches that the history has as succeeded are STARTED in the batch, without their results. `map` likewise.
source "$(dirname "$0")/support/aws-test-runner.sh"
expected='{"parallel":{"status":"SUCCEEDED","result":{"batch":"FAILED","reason":"FAILURE_TOLERANCE_EXCEEDED","branches":["STARTED","FAILED"]},'
expected+='"inHistory":["SUCCEEDED","SUCCEEDED"]},"map":{"status":"SUCCEEDED","result":["FAILED",["STARTED","FAILED","STARTED"],[]],"inHistory":"SUCCEEDED"}}'
play "$expected" <<'JS'
const once = { retryStrategy: () => ({ shouldRetry: false }) };
const parallel = await run(async (event, context) => {
  const batch = await context.parallel('both', [
    async (branch) => branch.step('book', async () => 'booked'),
    async (branch) => branch.step('charge', async () => Promise.reject(new Error('declined')), once),
  ]);
  return { batch: batch.status, reason: batch.completionReason, branches: batch.all.map(({ status }) => status) };
});
const map = await run(async (event, context) => {
  const batch = await context.map('all', [1, 2, 3], (item, number) =>
    item.step(`item ${number}`, async () => (number === 2 ? Promise.reject(new Error('two')) : number), once),
  );
  return [batch.status, batch.all.map(({ status }) => status), batch.getResults()];
});
return {
  parallel: { status: parallel.status, result: parallel.result, inHistory: [parallel.operations.both, parallel.operations.book] },
  map: { status: map.status, result: map.result, inHistory: map.operations.all },
};
JS
