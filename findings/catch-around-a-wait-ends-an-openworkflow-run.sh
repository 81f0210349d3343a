#!/usr/bin/env bash
# Guess: try/catch in an OpenWorkflow workflow catches what its steps throw: around the call of a child workflow that fails after a second it sees the
# child's failure, around a sleep or a wait for a signal nothing at all.
# Is: waiting is itself something thrown, SleepSignalError, and the catch block has it. The workflow goes its failure path at once and completes
# with what that gives, while the child has only begun, the sleep is not over and no signal has come. Only a rethrow by name lets it wait.
source "$(dirname "$0")/support/openworkflow.sh"
play '{"child":["SleepSignalError","child not yet run"],"sleep":"SleepSignalError","signal":"SleepSignalError","rethrown":"slept"}' <<'JS'
let childRuns = 0;
const child = workflows.defineWorkflow({ name: 'child' }, async ({ step }) => {
  childRuns += 1;
  await step.sleep('work', '1s');
  throw new Error('declined');
});
const tried = (name, wait) =>
  workflows.defineWorkflow({ name }, async ({ step }) => {
    try {
      return await wait(step);
    } catch (error) {
      return error.name;
    }
  });
const parent = workflows.defineWorkflow({ name: 'parent' }, async ({ step }) => {
  try {
    return await step.runWorkflow(child.workflow.spec, {});
  } catch (error) {
    return [error.name, childRuns === 0 ? 'child not yet run' : 'child has run'];
  }
});
const sleep = tried('sleep', (step) => step.sleep('a while', '1h'));
const signal = tried('signal', (step) => step.waitForSignal({ signal: 'approved', timeout: '1h' }));
const rethrown = workflows.defineWorkflow({ name: 'rethrown' }, async ({ step }) => {
  try {
    await step.sleep('a while', '200ms');
    return 'slept';
  } catch (error) {
    if (error.name === 'SleepSignalError') throw error;
    return error.name;
  }
});
const worker = workflows.newWorker({ concurrency: 1 });
await worker.start();
const seen = { child: await result(parent), sleep: await result(sleep), signal: await result(signal), rethrown: await result(rethrown) };
await worker.stop();
return seen;
JS
