#!/usr/bin/env bash
# Guess: Task.all fails with its first failure, so the activity that the catch block calls is scheduled at once.
# Is: the code is told at once, but the host schedules what it calls next only when the last task of the group has ended.
source "$(dirname "$0")/support/real-engine.sh"
cat > "$work/app.cjs" <<'JS'
const df = require('durable-functions');
const fail = (ms) => new Promise((_resolve, reject) => setTimeout(() => reject(new Error(`after ${ms} ms`)), ms));
df.app.activity('FailAfter', { handler: fail });
df.app.activity('Clean', { handler: () => 'clean' });
df.app.orchestration('Group', function* (context) {
  try { yield context.df.Task.all([context.df.callActivity('FailAfter', 10), context.df.callActivity('FailAfter', 3000)]); }
  catch { return yield context.df.callActivity('Clean'); }
});
JS
echo '[{"name":"group","steps":[{"start":"Group"},{"wait":"end"}]}]' > "$work/scenarios.json"
play
expect '["TaskFailed 0","TaskFailed 1","TaskScheduled Clean"]' 'r.group.rows.group.History.filter((e) => e.EventType === "TaskFailed" || e.Name === "Clean").map((e) => `${e.EventType} ${e.Name ?? e.TaskScheduledId}`)'
