#!/usr/bin/env bash
# Guess: a pg-workflows run is over when its function returns: with a last step that only large orders need, a small order completes without it.
# Is: the engine reads the text of the function for its steps, and a run is complete only where the last one in the text was the last one to run. The
# small order has returned, all its steps are done, and it is `running` for ever, without an output or a failure; the large one completes.
# So it is with an early return, and with a step that a catch block has for failures.
source "$(dirname "$0")/support/pg-workflows.sh"
flows='
  async small({ step }) {
    const sum = await step.run("add up", async () => 10);
    if (sum > 100) await step.run("ask the boss", async () => "yes");
    log.push("small returns");
    return sum;
  },
  async large({ step }) {
    const sum = await step.run("add up", async () => 1000);
    if (sum > 100) await step.run("ask the boss", async () => "yes");
    return sum;
  },'
play '[["small returns"],{"status":"running","output":null},{"status":"completed","output":1000}]' "$flows" <<'JS'
const small = await start('small');
while (!log.length) await later(50);
const large = await until(await start('large'), 'completed');
await later(10_000);
return [log, await state(small), large];
JS
