#!/usr/bin/env bash
# Guess: the attempts of a job lie apart, each time further, for the package says "automatic retries, configurable retry attempts with exponential
# backoff": a service that is away for a second is back at the third or fourth attempt.
# Is (@platformatic/job-queue): nothing waits. A failed job goes to the end of its queue, and where that is empty all its attempts are over within some
# milliseconds: ten attempts, which take minutes with any backoff, do not outlast a second. No option says how long to wait.
source "$(dirname "$0")/support/platformatic-job-queue.sh"
play '{"attempts":[1,2,3,4,5,6,7,8,9,10],"withinTenSeconds":true,"state":"failed"}' <<'JS'
const attempts = [];
const { queue } = await start(async (job) => {
  attempts.push(job.attempts);
  throw new Error('the service is away');
});
const failed = first(queue, 'failed');
const begun = performance.now();
await queue.enqueue('charge', {}, { maxAttempts: 10 });
await failed;
return { attempts, withinTenSeconds: performance.now() - begun < 10_000, state: (await queue.getStatus('charge')).state };
JS
