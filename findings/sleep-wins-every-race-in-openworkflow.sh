#!/usr/bin/env bash
# Guess: in an OpenWorkflow workflow, Promise.race between a step that is done at once and a sleep of three seconds, the usual form of a time-out,
# gives the step's result, and gives it at once. Of two sleeps the shorter one wins.
# Is: a sleep ends the run of the code, which begins anew only when every sleep in it is over. What the step gave meanwhile is dropped, and it runs
# a second time; the sleep has ended by then and wins, after three seconds, wherever it stands in the list. Of two sleeps the first one named wins,
# after the longer one's time.
source "$(dirname "$0")/support/openworkflow.sh"
play '{"timeOut":["sleep",true],"sleepFirst":["sleep",true],"longAndShort":["long",true],"stepsRan":4}' <<'JS'
let ran = 0;
const lookUp = (step) =>
  step.run({ name: 'look up' }, async () => {
    ran += 1;
    return 'step';
  });
const sleep = (step, name, length) => step.sleep(name, length).then(() => name);
const timeOut = workflows.defineWorkflow({ name: 'time-out' }, ({ step }) => Promise.race([lookUp(step), sleep(step, 'sleep', '3s')]));
const sleepFirst = workflows.defineWorkflow({ name: 'sleep first' }, ({ step }) => Promise.race([sleep(step, 'sleep', '3s'), lookUp(step)]));
const longAndShort = workflows.defineWorkflow({ name: 'two sleeps' }, ({ step }) =>
  Promise.race([sleep(step, 'long', '3s'), sleep(step, 'short', '100ms')]),
);
const worker = workflows.newWorker({ concurrency: 4 });
await worker.start();
const timed = async (workflow) => {
  const began = Date.now();
  const winner = await result(workflow);
  return [winner, Date.now() - began >= 3000];
};
const [a, b, c] = await Promise.all([timed(timeOut), timed(sleepFirst), timed(longAndShort)]);
await worker.stop();
return { timeOut: a, sleepFirst: b, longAndShort: c, stepsRan: ran };
JS
