#!/usr/bin/env bash
# Guess: a job whose handler returns nothing, as one that sends a mail, has run once and is completed.
# Is (@platformatic/job-queue): what the handler returns is made JSON, undefined has none, and that counts as a failure of the job: it runs again until
# its attempts are used up, three by default, and has failed then. The mail has gone out three times. A handler that returns null runs once.
source "$(dirname "$0")/support/platformatic-job-queue.sh"
play '{"nothing":{"runs":3,"state":"failed"},"null":{"runs":1,"state":"completed"}}' <<'JS'
const outcome = async (returned) => {
  let runs = 0;
  const { queue } = await start(async () => {
    runs += 1;
    return returned;
  });
  const ended = Promise.race([first(queue, 'failed'), first(queue, 'completed')]);
  await queue.enqueue('mail', { to: 'a' });
  await ended;
  return { runs, state: (await queue.getStatus('mail')).state };
};
return { nothing: await outcome(undefined), null: await outcome(null) };
JS
