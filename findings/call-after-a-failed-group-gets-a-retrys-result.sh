#!/usr/bin/env bash
# Guess: calls that follow a Task.all whose failure was caught get their own results, whatever the rest of the group still does.
# Is: where a task with retries in it is tried again in between, the next call gets the result of that retry, and its own result goes to nobody;
# the history is right, and the instance completes with another call's result.
source "$(dirname "$0")/support/real-engine.sh"
cat > "$work/app.cjs" <<'JS'
const df = require('durable-functions');
let tried = 0;
df.app.activity('Refuse', { handler: () => new Promise((_resolve, reject) => setTimeout(() => reject(new Error('refused')), 1000)) });
df.app.activity('Once', { handler: () => { if (tried++ % 2 === 0) throw new Error('not yet'); return 'tried again'; } });
df.app.activity('Echo', { handler: (text) => text });
df.app.orchestration('Group', function* (context) {
  const { df: durable } = context;
  try { yield durable.Task.all([durable.callActivity('Refuse'), durable.callActivityWithRetry('Once', new df.RetryOptions(4000, 2))]); }
  catch { return [yield durable.callActivity('Echo', 'first'), yield durable.callActivity('Echo', 'second')]; }
});
JS
echo '[{"name":"group","steps":[{"start":"Group"},{"wait":"end"}]}]' > "$work/scenarios.json"
play
expect '[["tried again","second"],["TaskFailed","TaskFailed","TaskCompleted \"tried again\"","TaskCompleted \"first\"","TaskCompleted \"second\""]]' '[r.group.status.body.output, r.group.rows.group.History.filter((e) => /^Task(Failed|Completed)$/.test(e.EventType)).map((e) => `${e.EventType}${e.Result === undefined ? "" : ` ${e.Result}`}`)]'
