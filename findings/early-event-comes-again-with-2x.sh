#!/usr/bin/env bash
# Guess: an event that came before the code waited for it answers the next wait of its name, at once, and that wait only.
# Is (durable-functions 2.x): it answers every later wait of that name, each when some other row comes: a loop that collects two approvals has two
# after one event. Version 3 gives it out once.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --no-audit --no-fund --silent durable-functions-2@npm:durable-functions@2.1.3 durable-functions@3.5.0 @azure/functions@4.16.5 >&2
cat > run.cjs <<'JS'
const { InvocationContext } = require('@azure/functions');
const collect = function* (context) {
  yield context.df.callActivity('Prepare');
  const seen = [];
  while (seen.length < 2) seen.push(yield context.df.waitForExternalEvent('approve'));
  return seen;
};
// Rows as the extension sends them: the event comes while the activity runs, later on another event that nobody waits for, twice.
let at = 0;
const row = (EventType, more = {}) => ({ EventType, EventId: -1, IsPlayed: false, Timestamp: new Date(Date.UTC(2026, 0, 1) + 1000 * at++).toISOString(), ...more });
const [started, completed] = [12, 13];
const history = [
  row(started), row(0, { Name: 'Collect', Input: null }), row(4, { Name: 'Prepare', EventId: 0 }), row(completed),
  row(started), row(15, { Name: 'approve', Input: '1' }), row(completed),
  row(started), row(5, { TaskScheduledId: 0, Result: 'null' }), row(completed),
  row(started), row(15, { Name: 'other', Input: '0' }), row(completed),
  row(started), row(15, { Name: 'other', Input: '0' }),
];
const trigger = () => ({ history: structuredClone(history), input: null, instanceId: 'x', isReplaying: false, parentInstanceId: null,
  longRunningTimerIntervalDuration: '3.00:00:00', maximumShortTimerDuration: '6.00:00:00', defaultHttpAsyncRequestSleepTimeMillseconds: 30000,
  upperSchemaVersion: 1, upperSchemaVersionNew: 3 });
const run2 = () => new Promise((resolve, reject) => {
  const done = (error, state) => (error ? reject(error) : resolve(state));
  require('durable-functions-2').orchestrator(collect)({ bindings: { context: trigger() }, done, log() {} });
});
const run3 = () => {
  const { createOrchestrator } = require('durable-functions/lib/src/util/testingUtils');
  return createOrchestrator(collect)(trigger(), new InvocationContext({ functionName: 'Collect', invocationId: 'x' }));
};
(async () => {
  const shown = ({ isDone, output }) => [isDone, output ?? null];
  console.log(JSON.stringify([shown(await run2()), shown(await run3())]));
})();
JS
echo 'versions: durable-functions 2.1.3 and 3.5.0, @azure/functions 4.16.5 (npm)'
seen="$(node run.cjs)"
echo "seen: $seen"
[ "$seen" = '[[true,[1,1]],[false,null]]' ] || { echo 'changed: expected [[true,[1,1]],[false,null]]'; exit 1; }
