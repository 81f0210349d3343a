#!/usr/bin/env bash
# Guess: a query for runtimeStatus=failed gives the failed instances (names and states are read without regard to case elsewhere), or a 400.
# Is: a state that is not written exactly is left out of the filter, so the answer is every instance.
source "$(dirname "$0")/support/real-engine.sh"
cat > "$work/app.cjs" <<'JS'
const df = require('durable-functions');
df.app.orchestration('Good', function* () {});
df.app.orchestration('Bad', function* () { throw new Error('bad'); });
JS
echo '[{"name":"list","steps":[{"start":"Good","id":"good"},{"wait":"end","id":"good"},{"start":"Bad","id":"bad"},{"wait":"end","id":"bad"},{"request":["GET","instances?runtimeStatus=Failed"]},{"request":["GET","instances?runtimeStatus=failed"]}]}]' > "$work/scenarios.json"
play
expect '[["list-bad"],["list-bad","list-good"]]' 'r.list.calls.slice(-2).map((c) => c.body.map((i) => i.instanceId).sort())'
