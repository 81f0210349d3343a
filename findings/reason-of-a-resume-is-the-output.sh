#!/usr/bin/env bash
# Guess: an instance that completes without a result has no output (null).
# Is: where it was suspended and resumed before, its output is the reason of the resume, for ever.
source "$(dirname "$0")/support/real-engine.sh"
cat > "$work/app.cjs" <<'JS'
const df = require('durable-functions');
df.app.orchestration('Waits', function* (context) { yield context.df.waitForExternalEvent('go'); });
JS
echo '[{"name":"resumed","steps":[{"start":"Waits"},{"wait":"Running"},{"suspend":"hold"},{"wait":"Suspended"},{"resume":"go on"},{"pause":2000},{"event":"go","input":null},{"wait":"end"}]},{"name":"plain","steps":[{"start":"Waits"},{"wait":"Running"},{"event":"go","input":null},{"wait":"end"}]}]' > "$work/scenarios.json"
play
expect '["Completed","go on",null]' '[r.resumed.status.body.runtimeStatus, r.resumed.status.body.output, r.plain.status.body.output]'
