#!/usr/bin/env bash
# Guess: a job of pg-boss whose handler takes longer than expireInSeconds is tried again when that handler is over, or the handler that ends well late
# still completes the job: never do two handlers of one job run at a time.
# Is: when the time is up the job goes back to the queue and the next try begins while the first handler runs on; both do their work to the end, and
# the job has failed.
source "$(dirname "$0")/support/pg-boss.sh"
play '{"state":"failed","says":"handler execution exceeded 1000ms","handlers":2,"mostAtATime":2,"endedWell":2}' <<'JS'
let [handlers, now, mostAtATime, endedWell] = [0, 0, 0, 0];
let all;
const both = new Promise((resolve) => (all = resolve));
await boss.createQueue('slow', { retryLimit: 1, retryDelay: 0 });
const id = await boss.send('slow', {}, { expireInSeconds: 1 });
await boss.work('slow', { pollingIntervalSeconds: 0.5 }, async () => {
  handlers += 1;
  now += 1;
  mostAtATime = Math.max(mostAtATime, now);
  await later(500);
  if (handlers === 2) all();
  await both;
  await later(1500);
  now -= 1;
  endedWell += 1;
});
const [{ state, output }] = await settled('slow', [id]);
while (now > 0) await later(50);
return { state, says: output.message, handlers, mostAtATime, endedWell };
JS
