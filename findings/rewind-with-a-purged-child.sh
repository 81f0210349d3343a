#!/usr/bin/env bash
# Guess: a parent that failed because of a child can be rewound after the child has been purged (the child runs anew), or the answer says why not.
# Is: 400 with "Index was out of range", and nothing is rewound.
source "$(dirname "$0")/support/real-engine.sh"
cat > "$work/app.cjs" <<'JS'
const df = require('durable-functions');
df.app.orchestration('Child', function* () { throw new Error('always'); });
df.app.orchestration('Parent', function* (context) { yield context.df.callSubOrchestrator('Child', null, `${context.df.instanceId}-child`); });
JS
echo '[{"name":"parent","steps":[{"start":"Parent"},{"wait":"end"},{"request":["DELETE","instances/$-child"]},{"rewind":"again"}]}]' > "$work/scenarios.json"
play
expect '[400,"Index was out of range. Must be non-negative and less than the size of the collection. (Parameter '"'index'"')","Failed"]' '[r.parent.calls.at(-1).status, r.parent.calls.at(-1).body.ExceptionMessage, r.parent.status.body.runtimeStatus]'
