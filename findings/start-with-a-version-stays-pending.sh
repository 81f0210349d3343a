#!/usr/bin/env bash
# Guess: POST orchestrators/NAME?version=1.0 runs the orchestrator with that version on the instance, or is refused when the app has none.
# Is: 202, and the instance stays Pending for ever, without a history.
source "$(dirname "$0")/support/real-engine.sh"
cat > "$work/app.cjs" <<'JS'
const df = require('durable-functions');
df.app.orchestration('Empty', function* () {});
JS
echo '[{"name":"version","steps":[{"request":["POST","orchestrators/Empty/$?version=1.0"]},{"start":"Empty","id":"plain"},{"wait":"end","id":"plain"},{"pause":5000},{"get":"?showHistory=true"}]}]' > "$work/scenarios.json"
play
expect '[202,"Pending",true,0]' '[r.version.calls[0].status, r.version.calls.at(-1).body.runtimeStatus, r.version.calls[2].reached, (r.version.rows.version.History ?? []).length]'
