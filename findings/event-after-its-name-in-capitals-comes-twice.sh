#!/usr/bin/env bash
# Guess: an event ITEM does nothing to code that waits for "item" (the package compares exactly); the event "item" after it is received once, and is gone with continueAsNew.
# Is: for the extension ITEM has ended the wait, so that "item" comes too late for it: it is carried over continueAsNew and received a second time.
source "$(dirname "$0")/support/real-engine.sh"
cat > "$work/app.cjs" <<'JS'
const df = require('durable-functions');
df.app.orchestration('Collect', function* (context) {
  const list = [...(context.df.getInput() ?? []), yield context.df.waitForExternalEvent('item')];
  if (list.length > 1) return list;
  context.df.continueAsNew(list);
});
JS
echo '[{"name":"exact","steps":[{"start":"Collect"},{"wait":"Running"},{"pause":700},{"event":"item","input":"a"},{"pause":2500}]},{"name":"capitals","steps":[{"start":"Collect"},{"wait":"Running"},{"pause":700},{"event":"ITEM","input":"x"},{"pause":900},{"event":"item","input":"a"},{"pause":2500}]}]' > "$work/scenarios.json"
play
expect '["Running",null,"Completed",["a","a"]]' '[r.exact.status.body.runtimeStatus, r.exact.status.body.output, r.capitals.status.body.runtimeStatus, r.capitals.status.body.output]'
