#!/usr/bin/env bash
# Guess: an id is decoded once, as every URL is: POST orchestrators/Empty/a%2Bb starts the instance "a+b".
# Is: it is decoded twice, the second time as a form: the instance is "a b", and a%252Bb is what starts "a+b".
source "$(dirname "$0")/support/real-engine.sh"
cat > "$work/app.cjs" <<'JS'
const df = require('durable-functions');
df.app.orchestration('Empty', function* () {});
JS
echo '[{"name":"ids","steps":[{"request":["POST","orchestrators/Empty/$-a%2Bb"]},{"request":["POST","orchestrators/Empty/$-a%252Bc"]}]}]' > "$work/scenarios.json"
play
expect '["ids-a b","ids-a+c"]' 'r.ids.calls.map((c) => c.body.id)'
