#!/usr/bin/env bash
# Guess: a 202 without a Location is the result of callHttp, and the activity called next gives its own result.
# Is: the host makes a timer of Retry-After that the SDK does not know of; from there on both count apart, and the next activity's result is null
# though the history has it.
source "$(dirname "$0")/support/real-engine.sh"
cat > "$work/app.cjs" <<'JS'
const df = require('durable-functions');
df.app.activity('Echo', { handler: (x) => x });
df.app.orchestration('Ask', function* (context) {
  const response = yield context.df.callHttp({ method: 'GET', url: context.df.getInput() });
  return [response.statusCode, yield context.df.callActivity('Echo', 'the result')];
});
JS
echo '[{"name":"ask","steps":[{"start":"Ask","input":"http://127.0.0.1:$HTTP/poll-nowhere"},{"wait":"end"}]}]' > "$work/scenarios.json"
play
expect '{"output":[202,null],"result":"the result"}' '({ output: r.ask.status.body.output, result: JSON.parse(r.ask.rows.ask.History.findLast((e) => e.EventType === "TaskCompleted").Result) })'
