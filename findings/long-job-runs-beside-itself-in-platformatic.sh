#!/usr/bin/env bash
# Guess: a Reaper takes up the jobs of workers that have gone. A job that takes longer than the visibility timeout while its worker lives is left
# alone, or its signal is aborted before another run of it begins.
# Is (@platformatic/job-queue): it is given out again beside the run that goes on, whose signal is not aborted, also to the same worker; both runs go to
# their end, and the one who waits is answered by one of them.
source "$(dirname "$0")/support/platformatic-job-queue.sh"
play '{"sideBySide":2,"aborted":false}' <<'JS'
let [now, most, aborted] = [0, 0, false];
const visibilityTimeout = 500;
const { queue, storage } = await start(
  async (job) => {
    now += 1;
    most = Math.max(most, now);
    for (let waited = 0; waited < 3_000 && most < 2; waited += 50) await later(50);
    aborted ||= job.signal.aborted;
    now -= 1;
    return 'done';
  },
  { concurrency: 2, visibilityTimeout },
);
await new Reaper({ storage, visibilityTimeout }).start();
await queue.enqueueAndWait('report', {}, { timeout: 10_000 });
return { sideBySide: most, aborted };
JS
