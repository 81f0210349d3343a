#!/usr/bin/env bash
# Guess: one timeout around a loop of events, each raced against it (as in the documents' verification by phone), is one timer, and an activity
# that is called after the loop gives its result.
# Is: each race creates the timer again; from then on the host and the package count apart, and the activity's result is null though the history
# has it.
source "$(dirname "$0")/support/real-engine.sh"
cat > "$work/app.cjs" <<'JS'
const df = require('durable-functions');
df.app.activity('Echo', { handler: (x) => x });
df.app.orchestration('Codes', function* (context) {
  const timeout = context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 6000));
  for (let tries = 0; tries < 3; tries++) {
    const code = context.df.waitForExternalEvent('code');
    if ((yield context.df.Task.any([code, timeout])) === timeout) return 'late';
    if (code.result === 42) break;
  }
  timeout.cancel();
  return yield context.df.callActivity('Echo', 'verified');
});
JS
echo '[{"name":"codes","steps":[{"start":"Codes"},{"wait":"Running"},{"pause":900},{"event":"code","input":1},{"pause":900},{"event":"code","input":42},{"wait":"end"}]}]' > "$work/scenarios.json"
play
expect '[2,"\"verified\"",null]' '[r.codes.rows.codes.History.filter((e) => e.EventType === "TimerCreated").length, r.codes.rows.codes.History.find((e) => e.EventType === "TaskCompleted").Result, r.codes.status.body.output]'
