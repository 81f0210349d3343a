#!/usr/bin/env bash
# Guess: AWS's local test runner for durable functions, with time skipping on, moves to whatever is due first, as a virtual clock does: of a wait of
# thirty days and one of a second the second ends first, and a step that is tried again after ten seconds comes before a reminder in two hours.
# Is: each wait is over at once, in the order in which the code makes them. The thirty days win the race, and the reminder comes before the second
# try: a test of a deadline, of an escalation or of any race tells the opposite of what the service does.
source "$(dirname "$0")/support/aws-test-runner.sh"
play '{"race":"thirty days","reversed":"a second","retried":"the reminder"}' <<'JS'
const race = await run(async (event, context) =>
  Promise.race([
    context.wait({ days: 30 }).then(() => 'thirty days'),
    context.wait({ seconds: 1 }).then(() => 'a second'),
  ]),
);
const reversed = await run(async (event, context) =>
  Promise.race([
    context.wait({ seconds: 1 }).then(() => 'a second'),
    context.wait({ days: 30 }).then(() => 'thirty days'),
  ]),
);
const tries = { retryStrategy: (error, attempt) => ({ shouldRetry: attempt < 2, delay: { seconds: 10 } }) };
let tried = 0;
const charge = async () => {
  tried += 1;
  if (tried < 2) throw new Error('busy');
  return 'the second try';
};
const retried = await run(async (event, context) =>
  Promise.race([context.wait({ hours: 2 }).then(() => 'the reminder'), context.step('charge', charge, tries)]),
);
return { race: race.result, reversed: reversed.result, retried: retried.result };
JS
