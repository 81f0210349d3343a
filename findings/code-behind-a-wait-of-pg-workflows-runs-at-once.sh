#!/usr/bin/env bash
# Guess: what stands behind `await step.waitFor(...)` in a pg-workflows workflow runs when the event has come, and what stands behind a step has the step's
# result: a wait ends the run of the code, as it does in every engine that replays, or the promise stays open.
# Is: the wait gives undefined at once, while the run is paused, and the code goes on to its end: steps are left out and give undefined too. All
# that is no step is done twice, the first time with an approval that is not there: the order that nobody has approved yet is told to be refused.
source "$(dirname "$0")/support/pg-workflows.sh"
flows='
  async order({ step }) {
    const approval = await step.waitFor("approval", { eventName: "approved" });
    const paid = approval?.yes ? await step.run("pay", async () => "paid") : "refused";
    log.push(`tell: ${paid}`);
    const sent = await step.run("send", async () => "sent");
    log.push(`then: ${sent}`);
    return paid;
  },'
play '[["tell: refused","then: undefined"],["tell: paid","then: sent"],{"status":"completed","output":"paid"}]' "$flows" <<'JS'
const id = await start('order');
await until(id, 'paused');
while (log.length < 2) await later(50);
const before = log.splice(0);
await engine.triggerEvent({ runId: id, eventName: 'approved', data: { yes: true } });
const end = await until(id, 'completed');
return [before, log, end];
JS
