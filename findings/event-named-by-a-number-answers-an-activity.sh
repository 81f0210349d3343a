#!/usr/bin/env bash
# Guess: an event that nobody waits for, whatever its name, leaves the activity that runs alone (it is kept for a later wait).
# Is: an event named by the number of a call is taken for that call's answer: raising "0" while the first activity runs gives the code the event's
# data in place of the activity's result, which comes a second later and is never seen.
source "$(dirname "$0")/support/real-engine.sh"
cat > "$work/app.cjs" <<'JS'
const df = require('durable-functions');
df.app.activity('Price', { handler: () => new Promise((resolve) => setTimeout(() => resolve(100), 3000)) });
df.app.orchestration('Order', function* (context) { return yield context.df.callActivity('Price'); });
JS
echo '[{"name":"order","steps":[{"start":"Order"},{"wait":"Running"},{"pause":800},{"event":"0","input":1},{"wait":"end"}]}]' > "$work/scenarios.json"
play
expect '[1,"100"]' '[r.order.status.body.output, r.order.rows.order.History.find((e) => e.EventType === "TaskCompleted").Result]'
