#!/usr/bin/env bash
# Guess: in a Resonate workflow a call with a time limit of 300 ms that sleeps for ten seconds fails with a time-out, or is left to sleep for ten.
# Is: the sleep is over when the limit is: the code after it goes on as though ten seconds had gone by, and the call succeeds with its result. A
# reminder "in a day" inside a call with an hour's limit is sent after that hour, and nothing says so.
source "$(dirname "$0")/support/resonate.sh"
play '{"result":"went on after the sleep","sleptForTenSeconds":false}' <<'JS'
const result = await within(
  30_000,
  run('limited', function* (ctx) {
    const began = Date.now();
    const result = yield* ctx.run(function* (inner) {
      yield* inner.sleep(10_000);
      return 'went on after the sleep';
    }, ctx.options({ timeout: 300 }));
    return { result, sleptForTenSeconds: Date.now() - began >= 10_000 };
  }),
);
return result;
JS
