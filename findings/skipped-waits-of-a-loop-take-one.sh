#!/usr/bin/env bash
# Guess: where AWS's local test runner for durable functions skips a wait, Date.now() goes on by its length: a loop that waits for a day three times
# and then for two has five days behind it, and the next test of the file that waits for a day sees a day go by.
# Is: the end of each wait counts from the time that nobody skipped. The second and third day of the loop take none, the two days move the clock to
# the end of the second, and a wait of a day in a later test takes nothing: ages, deadlines and expiries that code computes from the clock depend
# on which tests ran before.
source "$(dirname "$0")/support/aws-test-runner.sh"
play '{"loop":[1,1,1,2],"aDayInTheNextTest":[0],"threeDaysAfterThat":[1]}' <<'JS'
const days = async (...waits) => {
  const { result } = await run(async (event, context) => {
    const seen = [];
    const before = await context.step('before', async () => Date.now());
    for (const [index, days] of waits.entries()) {
      await context.wait({ days });
      const now = await context.step(`after ${index}`, async () => Date.now());
      seen.push(Math.round((now - before) / 86_400_000));
    }
    return seen;
  });
  return result;
};
return { loop: await days(1, 1, 1, 2), aDayInTheNextTest: await days(1), threeDaysAfterThat: await days(3) };
JS
