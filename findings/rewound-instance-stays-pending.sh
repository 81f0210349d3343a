#!/usr/bin/env bash
# Guess: an instance that was rewound, has done its failed activity again and waits for an event is Running, and its old failure is gone.
# Is: it is Pending, with the output of the failure, for as long as it waits; showHistory shows nothing, though the event reaches it.
source "$(dirname "$0")/support/real-engine.sh"
cat > "$work/app.cjs" <<'JS'
const df = require('durable-functions');
let runs = 0;
df.app.activity('FailOnce', { handler: () => { if (++runs === 1) throw new Error('not yet'); return 'worked'; } });
df.app.orchestration('Approval', function* (context) {
  const work = yield context.df.callActivity('FailOnce');
  return [work, yield context.df.waitForExternalEvent('approved')];
});
JS
echo '[{"name":"approval","steps":[{"start":"Approval"},{"wait":"end"},{"rewind":"again"},{"pause":4000},{"get":"?showHistory=true"},{"event":"approved","input":true},{"wait":"end"}]}]' > "$work/scenarios.json"
play
expect '["Pending",true,false,"Completed",["worked",true]]' '(() => { const { body } = r.approval.calls.find((c) => c.call?.includes("showHistory")); return [body.runtimeStatus, body.output.includes("not yet"), "historyEvents" in body, r.approval.status.body.runtimeStatus, r.approval.status.body.output]; })()'
