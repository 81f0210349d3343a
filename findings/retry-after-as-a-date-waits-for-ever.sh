#!/usr/bin/env bash
# Guess: callHttp is answered 202 with a Retry-After that is a date, one of the two forms of HTTP (RFC 9110, 10.2.3): the next request comes then.
# Is: there is no next request, no timer and no word; the instance stays Running for ever. With Retry-After: 1 it works.
source "$(dirname "$0")/support/real-engine.sh"
cat > "$work/app.cjs" <<'JS'
const df = require('durable-functions');
df.app.orchestration('Ask', function* (context) {
  const response = yield context.df.callHttp({ method: 'GET', url: context.df.getInput() });
  return [response.statusCode, response.content];
});
JS
echo '[{"name":"date","steps":[{"start":"Ask","input":"http://127.0.0.1:$HTTP/retry-date"},{"pause":8000},{"get":""}]},{"name":"seconds","steps":[{"start":"Ask","input":"http://127.0.0.1:$HTTP/chain/1"},{"wait":"end"}]}]' > "$work/scenarios.json"
play
expect '["Running",0,"Completed",[200,"chain done"]]' '[r.date.status.body.runtimeStatus, r.date.rows.date.History.filter((e) => e.EventType === "TimerCreated").length, r.seconds.status.body.runtimeStatus, r.seconds.status.body.output]'
