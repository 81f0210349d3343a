#!/usr/bin/env bash
# Guess: a wait for an event that is raced against one reminder after the other takes one event; the next event of that name is kept for the next
# wait, though it comes while an activity runs.
# Is: the wait is noted down once for each race, so that it takes one event for each: the second event is swallowed, and the next wait never ends.
source "$(dirname "$0")/support/real-engine.sh"
cat > "$work/app.cjs" <<'JS'
const df = require('durable-functions');
df.app.activity('Slow', { handler: () => new Promise((resolve) => setTimeout(() => resolve('slow'), 2500)) });
const order = (rounds) => function* (context) {
  const paid = context.df.waitForExternalEvent('paid');
  for (let round = 0; round < rounds; round++) {
    const reminder = context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + (round === rounds - 1 ? 600000 : 500)));
    if ((yield context.df.Task.any([paid, reminder])) === paid) { reminder.cancel(); break; }
  }
  yield context.df.callActivity('Slow');
  return [paid.result, yield context.df.waitForExternalEvent('paid')];
};
df.app.orchestration('OneRace', order(1));
df.app.orchestration('TwoRaces', order(2));
JS
cat > "$work/scenarios.json" <<'JSON'
[{"name":"one","steps":[{"start":"OneRace"},{"wait":"Running"},{"pause":3000},{"event":"paid","input":1},{"pause":1000},{"event":"paid","input":2},{"pause":5000}]},
 {"name":"two","steps":[{"start":"TwoRaces"},{"wait":"Running"},{"pause":3000},{"event":"paid","input":1},{"pause":1000},{"event":"paid","input":2},{"pause":5000}]}]
JSON
play
expect '[["Completed",[1,2]],["Running",null]]' '["one","two"].map((n) => [r[n].status.body.runtimeStatus, r[n].status.body.output])'
