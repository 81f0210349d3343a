#!/usr/bin/env bash
# Guess: Effect.retry({ times: 2 }) around an activity of an Effect workflow tries it three times, as it does around every effect: the service that
# fails once is called again.
# Is: the activity runs once. Its failure is its durable result under its name, and that is what the second and third try are given at once. Only
# Activity.retry, which gives each attempt a number, calls it again.
source "$(dirname "$0")/support/effect-workflow.sh"
play '{"retry":["failed: busy",1],"activityRetry":["sent",2]}' <<'JS'
let [retried, numbered] = [0, 0];
const retry = await run(function* () {
  return yield* activity(
    'send',
    Effect.suspend(() => (++retried < 2 ? Effect.fail('busy') : Effect.succeed('sent'))),
  ).pipe(Effect.retry({ times: 2 }));
});
const activityRetry = await run(function* () {
  return yield* activity(
    'send',
    Effect.suspend(() => (++numbered < 2 ? Effect.fail('busy') : Effect.succeed('sent'))),
  ).pipe(Activity.retry({ times: 2 }));
});
return { retry: [retry, retried], activityRetry: [activityRetry, numbered] };
JS
