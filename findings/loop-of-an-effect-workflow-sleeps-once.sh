#!/usr/bin/env bash
# Guess: an Effect workflow that polls in a loop, an activity and then DurableClock.sleep for 400 ms, three times, asks three times and takes 1.2
# seconds. A name tells the step in the code, and the engine counts how often it was reached.
# Is: a name is one result for the whole workflow. The second and third round are given the first answer and do not sleep: the loop that waits for
# "done" sees "working" for ever, without a pause. The same activity under one name in a fan-out that runs side by side does give each its own
# result, so that a test with Effect.forEach and concurrency sees nothing of it; one by one they all get the first.
source "$(dirname "$0")/support/effect-workflow.sh"
play '{"answers":["working 1","working 1","working 1"],"sleptOnce":true,"sideBySide":["a","b","c"],"oneByOne":["a","a","a"]}' <<'JS'
let asked = 0;
const began = Date.now();
const answers = await run(function* () {
  const seen = [];
  for (let round = 0; round < 3; round++) {
    seen.push(yield* activity('ask', Effect.sync(() => `working ${++asked}`)));
    yield* DurableClock.sleep({ name: 'pause', duration: '400 millis' });
  }
  return seen;
});
const took = Date.now() - began;
const fanOut = (concurrency) =>
  run(function* () {
    return yield* Effect.forEach(['a', 'b', 'c'], (item) => activity('item', Effect.succeed(item).pipe(Effect.delay('20 millis'))), { concurrency });
  });
return { answers, sleptOnce: took >= 400 && took < 1_100, sideBySide: await fanOut('unbounded'), oneByOne: await fanOut(1) };
JS
