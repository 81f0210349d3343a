#!/usr/bin/env bash
# Guess: a call with retries is raced against a timeout, fails once, works the second time and wins; the timeout is cancelled (as the documents
# tell to), and the next activity runs.
# Is: the instance fails as non-deterministic. A cancelled timer ends the host's wait for the race before it has met the failed attempt, so that
# the next activity takes the number of the retry's timer. Without a failed attempt, or without the timeout, it works.
source "$(dirname "$0")/support/real-engine.sh"
cat > "$work/app.cjs" <<'JS'
const df = require('durable-functions');
const runs = new Map();
df.app.activity('Echo', { handler: (x) => x });
df.app.activity('FailTimes', { handler: ({ key, times }) => { runs.set(key, (runs.get(key) ?? 0) + 1); if (runs.get(key) <= times) throw new Error('not yet'); return 'worked'; } });
df.app.orchestration('WithTimeout', function* (context) {
  const work = context.df.callActivityWithRetry('FailTimes', new df.RetryOptions(1000, 3), { key: context.df.instanceId, times: context.df.getInput() });
  const timeout = context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 600000));
  const winner = yield context.df.Task.any([work, timeout]);
  if (winner === timeout) return 'too late';
  timeout.cancel();
  return yield context.df.callActivity('Echo', work.result);
});
JS
echo '[{"name":"fails-once","steps":[{"start":"WithTimeout","input":1},{"wait":"end"}]},{"name":"works-at-once","steps":[{"start":"WithTimeout","input":0},{"wait":"end"}]}]' > "$work/scenarios.json"
play
expect '["Failed","Non-Deterministic workflow detected","Completed","worked"]' '[r["fails-once"].status.body.runtimeStatus, r["fails-once"].status.body.output.slice(0, 35), r["works-at-once"].status.body.runtimeStatus, r["works-at-once"].status.body.output]'
