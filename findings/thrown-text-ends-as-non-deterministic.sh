#!/usr/bin/env bash
# Guess: `throw 'out of stock'` in an orchestrator fails the instance with that text, as in an activity.
# Is: after a first step it fails with "Non-Deterministic workflow detected", before it with "Exception: false"; the text is nowhere. The same for
# an Error without a message.
source "$(dirname "$0")/support/real-engine.sh"
cat > "$work/app.cjs" <<'JS'
const df = require('durable-functions');
df.app.activity('Echo', { handler: (x) => x });
df.app.orchestration('Throws', function* (context) { if (context.df.getInput() !== 'first') yield context.df.callActivity('Echo', 1); throw 'out of stock'; });
df.app.orchestration('ThrowsError', function* (context) { yield context.df.callActivity('Echo', 1); throw new Error(''); });
JS
echo '[{"name":"late","steps":[{"start":"Throws"},{"wait":"end"}]},{"name":"first","steps":[{"start":"Throws","input":"first"},{"wait":"end"}]},{"name":"empty","steps":[{"start":"ThrowsError"},{"wait":"end"}]}]' > "$work/scenarios.json"
play
expect '[true,true,true,false]' '[/^Non-Deterministic workflow detected/.test(r.late.status.body.output), /Exception: false/.test(r.first.status.body.output), /^Non-Deterministic workflow detected/.test(r.empty.status.body.output), /out of stock/.test(JSON.stringify(r))]'
