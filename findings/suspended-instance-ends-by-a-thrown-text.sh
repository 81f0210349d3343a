#!/usr/bin/env bash
# Guess: an instance that is suspended does nothing until it is resumed: an event that comes meanwhile is kept, and what the code does with it is
# done after the resume. So it is where the code throws an Error then.
# Is: where the code throws what is no Error (`throw 'refused'`), the event ends the suspended instance at once, as Failed; the resume is a 410.
source "$(dirname "$0")/support/real-engine.sh"
cat > "$work/app.cjs" <<'JS'
const df = require('durable-functions');
df.app.orchestration('Approval', function* (context) {
  const answer = yield context.df.waitForExternalEvent('answer');
  if (answer === 'text') throw 'refused';
  throw new Error('refused');
});
JS
node -e 'const of = (name, input) => ({ name, steps: [{ start: "Approval" }, { wait: "Running" }, { pause: 900 }, { suspend: "hold" }, { wait: "Suspended" }, { event: "answer", input }, { pause: 4000 }, { get: "" }, { resume: "on" }, { wait: "end" }] }); console.log(JSON.stringify([of("text", "text"), of("error", "error")]))' > "$work/scenarios.json"
play
expect '["Failed",410,"Suspended",202]' '["text", "error"].flatMap((name) => [r[name].calls.find((c) => c.call === `GET instances/${name}`).body.runtimeStatus, r[name].calls.find((c) => /resume/.test(c.call)).status])'
