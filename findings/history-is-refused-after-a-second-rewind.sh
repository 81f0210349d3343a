#!/usr/bin/env bash
# Guess: an instance whose call failed for good under a retry policy is rewound, fails again, and is rewound once more: its status with
# showHistory tells what happened each time.
# Is: after the first rewind it does (non-deterministic: the retry's timer stays). The second one schedules the activity again under the number that it
# has, and showHistory is a 400 from then on: "An item with the same key has already been added. Key: TaskScheduled_0".
source "$(dirname "$0")/support/real-engine.sh"
cat > "$work/app.cjs" <<'JS'
const df = require('durable-functions');
df.app.activity('Charge', { handler: () => { throw new Error('declined'); } });
df.app.orchestration('Order', function* (context) { return yield context.df.callActivityWithRetry('Charge', new df.RetryOptions(500, 2)); });
JS
echo '[{"name":"order","steps":[{"start":"Order"},{"wait":"end"},{"pause":900},{"rewind":"again"},{"pause":6000},{"get":"?showHistory=true"},{"rewind":"and again"},{"pause":6000},{"get":"?showHistory=true"},{"get":""}]}]' > "$work/scenarios.json"
play
expect '[200,"Failed",400,"An item with the same key has already been added. Key: TaskScheduled_0",2]' '(() => { const [first, second] = r.order.calls.filter((c) => /showHistory/.test(c.call)); return [first.status, first.body.runtimeStatus, second.status, second.body.ExceptionMessage, r.order.rows.order.History.filter((row) => row.EventType === "TaskScheduled").length]; })()'
