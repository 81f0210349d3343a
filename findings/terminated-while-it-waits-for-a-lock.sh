#!/usr/bin/env bash
# Guess: an orchestrator that is terminated while it waits for a lock waits no more, and the lock goes to the next one.
# Is: the lock is given to it all the same once its turn has come, and nobody gives it back: the next one waits on, and so does every signal.
source "$(dirname "$0")/support/real-engine.sh"
cat > "$work/app.cjs" <<'JS'
const df = require('durable-functions');
df.app.entity('Box', (context) => context.df.setState(context.df.getInput()));
df.app.orchestration('Section', function* (context) {
  const lock = yield context.df.lock(new df.EntityId('Box', context.df.getInput()));
  yield context.df.waitForExternalEvent('go');
  lock.release();
});
JS
cat > "$work/scenarios.json" <<'JSON'
[{"name":"lock","steps":[{"start":"Section","input":"lock","id":"first"},{"pause":3000},{"start":"Section","input":"lock","id":"second"},{"pause":3000},
 {"start":"Section","input":"lock","id":"third"},{"pause":3000},{"terminate":"enough","id":"second"},{"wait":"end","id":"second"},
 {"event":"go","input":1,"id":"first"},{"wait":"end","id":"first"},{"event":"go","input":1,"id":"third"},{"pause":8000},{"get":"","id":"third"}]}]
JSON
play
expect '{"second":"Terminated","third":"Running","lockedBy":"lock-second"}' '({ second: r.lock.rows["lock-second"].Instances[0].RuntimeStatus, third: r.lock.calls.at(-1).body.runtimeStatus, lockedBy: JSON.parse(r.lock.rows["@box@lock"].Instances[0].CustomStatus).lockedBy })'
