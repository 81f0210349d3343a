#!/usr/bin/env bash
# Guess: a job whose attempts are used up can be given once more under its id, as one that is not there: nothing of it is under way, and nothing was
# done.
# Is (@platformatic/job-queue): it is a duplicate as long as its failure is kept, an hour by default, and does not run; nothing is thrown. Only who
# cancels the job first, which failed long ago, can give it again.
source "$(dirname "$0")/support/platformatic-job-queue.sh"
play '{"again":{"status":"duplicate","existingState":"failed"},"cancelled":"cancelled","afterwards":"queued","runs":["order-7","other","order-7"]}' <<'JS'
const runs = [];
const { queue } = await start(async ({ id }) => {
  runs.push(id);
  throw new Error('declined');
});
const fails = async (id) => {
  const failed = first(queue, 'failed');
  const { status } = await queue.enqueue(id, {}, { maxAttempts: 1 });
  await failed;
  return status;
};
await fails('order-7');
const again = await queue.enqueue('order-7', {}, { maxAttempts: 1 });
await fails('other');
const { status: cancelled } = await queue.cancel('order-7');
const afterwards = await fails('order-7');
return { again, cancelled, afterwards, runs };
JS
