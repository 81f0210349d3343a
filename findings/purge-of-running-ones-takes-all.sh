#!/usr/bin/env bash
# Guess: DELETE instances?runtimeStatus=Running purges the running instances of the range, or is refused, as the purge of one running instance is.
# Is: states that are not final are left out of the filter, and with none left everything goes: running, ended, and the states of entities.
source "$(dirname "$0")/support/real-engine.sh"
cat > "$work/app.cjs" <<'JS'
const df = require('durable-functions');
df.app.orchestration('Empty', function* () {});
df.app.orchestration('Waits', function* (context) { yield context.df.waitForExternalEvent('go'); });
df.app.entity('Counter', (context) => { context.df.setState(1); });
JS
echo '[{"name":"purge","steps":[{"start":"Waits","id":"run"},{"wait":"Running","id":"run"},{"start":"Empty","id":"done"},{"wait":"end","id":"done"},{"request":["POST","entities/Counter/$?op=add"]},{"pause":1500},{"request":["DELETE","instances?createdTimeFrom=2001-01-01T00:00:00Z&runtimeStatus=Running"]},{"get":"","id":"done"},{"request":["GET","entities/Counter/$"]}]}]' > "$work/scenarios.json"
play
expect '[200,{"instancesDeleted":3},404,404]' '[...r.purge.calls.slice(-3, -2).flatMap((c) => [c.status, c.body]), ...r.purge.calls.slice(-2).map((c) => c.status)]'
