#!/usr/bin/env bash
# Guess: a custom status over 16 KB fails the instance with the sentence about the limit, whenever it is set.
# Is: only in the first step. Set after an activity it ends the instance with "Non-Deterministic workflow detected", without a word of the status.
source "$(dirname "$0")/support/real-engine.sh"
cat > "$work/app.cjs" <<'JS'
const df = require('durable-functions');
df.app.activity('Echo', { handler: (x) => x });
df.app.orchestration('First', function* (context) { context.df.setCustomStatus('s'.repeat(9000)); yield context.df.callActivity('Echo', 1); });
df.app.orchestration('Later', function* (context) { yield context.df.callActivity('Echo', 1); context.df.setCustomStatus('s'.repeat(9000)); yield context.df.callActivity('Echo', 2); });
JS
echo '[{"name":"first","steps":[{"start":"First"},{"wait":"end"}]},{"name":"later","steps":[{"start":"Later"},{"wait":"end"}]}]' > "$work/scenarios.json"
play
expect '[true,true,false]' '[/must not exceed 16 KB/.test(r.first.status.body.output), /^Non-Deterministic workflow detected/.test(r.later.status.body.output), /16 KB/.test(JSON.stringify(r.later.status))]'
