#!/usr/bin/env bash
# Guess: continueAsNew('next') gives the next generation the input 'next', as a start with "next" would.
# Is: getInput() of the next generation is the text with its quotation marks, "\"next\""; objects and numbers come through as they are.
source "$(dirname "$0")/support/real-engine.sh"
cat > "$work/app.cjs" <<'JS'
const df = require('durable-functions');
df.app.orchestration('Again', function* (context) {
  const { seen, next } = context.df.getInput()?.next !== undefined ? context.df.getInput() : { seen: context.df.getInput() };
  if (next !== undefined) { context.df.continueAsNew(next); return; }
  return seen;
});
JS
echo '[{"name":"text","steps":[{"start":"Again","input":{"next":"next"}},{"wait":"end"}]},{"name":"number","steps":[{"start":"Again","input":{"next":7}},{"wait":"end"}]},{"name":"object","steps":[{"start":"Again","input":{"next":{"a":"b"}}},{"wait":"end"}]}]' > "$work/scenarios.json"
play
expect '["\"next\"",7,{"a":"b"}]' '[r.text, r.number, r.object].map((x) => x.status.body.output)'
