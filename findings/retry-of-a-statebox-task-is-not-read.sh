#!/usr/bin/env bash
# Guess: Statebox runs the Amazon States Language, so that a task with Retry is tried again, one with TimeoutSeconds is ended, Catch puts the error where
# its ResultPath says, and a Parallel stops its other branches when one has failed. What it does not know of the language it refuses.
# Is: the machine is taken without a word, and none of this is done. The first failure is final with three tries left, a task of half a second
# succeeds under a limit of a tenth, the state behind Catch has the plain input, and the branches beside the failed one go through all their states,
# which the Parallel waits for before it fails.
source "$(dirname "$0")/support/node.sh"
cd "$work"
npm install --no-audit --no-fund --silent --ignore-scripts @wmfs/statebox@1.118.0 >&2
cat > run.cjs <<'JS'
const Statebox = require('@wmfs/statebox');
console.log = console.error = console.info = () => {};
const log = [];
const task = (name, more) => ({ Type: 'Task', Resource: `module:${name}`, ...more });
const machine = (first, others) => ({ StartAt: 'First', States: { First: first, ...others } });
const branch = (...names) => ({
  StartAt: names[0],
  States: Object.fromEntries(names.map((name, i) => [name, task(name, names[i + 1] ? { Next: names[i + 1] } : { End: true })])),
});
const all = { ErrorEquals: ['States.ALL'] };
const machines = {
  retry: machine(task('refused', { Retry: [{ ...all, IntervalSeconds: 1, MaxAttempts: 3 }], End: true })),
  timeout: machine(task('slow', { TimeoutSeconds: 0.1, End: true })),
  caught: machine(task('refused', { Catch: [{ ...all, ResultPath: '$.error', Next: 'Note' }], End: true }), { Note: task('note', { End: true }) }),
  parallel: machine({ Type: 'Parallel', Branches: [branch('refused'), branch('slow', 'note')], End: true }),
};
(async () => {
  const statebox = new Statebox({});
  await statebox.ready;
  statebox.createModuleResources({
    refused: class { run(event, context) { log.push('refused'); context.sendTaskFailure({ error: 'Refused', cause: 'card' }); } },
    slow: class { run(event, context) { setTimeout(() => { log.push('slow'); context.sendTaskSuccess('slow'); }, 500); } },
    note: class { run(event, context) { log.push(event); context.sendTaskSuccess('noted'); } },
  });
  await statebox.createStateMachines(machines, {});
  const seen = {};
  for (const name of Object.keys(machines)) {
    const { executionName } = await statebox.startExecution({ order: 1 }, name, {});
    await statebox.waitUntilStoppedRunning(executionName);
    seen[name] = [(await statebox.describeExecution(executionName, {})).status, ...log.splice(0)];
  }
  process.stdout.write(JSON.stringify(seen), () => process.exit(0));
})();
JS
echo 'versions: @wmfs/statebox 1.118.0 (npm)'
expect_seen '{"retry":["FAILED","refused"],"timeout":["SUCCEEDED","slow"],"caught":["SUCCEEDED","refused",{"order":1}],"parallel":["FAILED","refused","slow","slow"]}' \
  "$("$node" run.cjs)"
