#!/usr/bin/env bash
# Guess: an event that comes before the code waits for it is kept until it does, also over continueAsNew (the SDK asks for nothing else, and in C#
# unprocessed events are carried over by default).
# Is: it is gone when the generation in which it came ends with continueAsNew after an activity.
source "$(dirname "$0")/support/real-engine.sh"
cat > "$work/app.cjs" <<'JS'
const df = require('durable-functions');
df.app.activity('Echo', { handler: (x) => x });
df.app.orchestration('Twice', function* (context) {
  if (context.df.getInput() === null || context.df.getInput() === undefined) {
    yield context.df.waitForExternalEvent('first');
    yield context.df.callActivity('Echo', 1);
    context.df.continueAsNew({ second: true });
    return;
  }
  const event = context.df.waitForExternalEvent('second'), timer = context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 5000));
  const winner = yield context.df.Task.any([event, timer]);
  return winner === event ? event.result : 'never came';
});
JS
echo '[{"name":"early","steps":[{"start":"Twice"},{"wait":"Running"},{"pause":1000},{"event":"second","input":"early"},{"pause":1000},{"event":"first","input":1},{"wait":"end"}]}]' > "$work/scenarios.json"
play
expect '"never came"' 'r.early.status.body.output'
