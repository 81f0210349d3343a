#!/usr/bin/env bash
# Guess: in Sequential Workflow Machine a loop over two orders with a loop over two parcels in it packs four parcels: the inner loop begins anew in each
# round of the outer one, and init, which gives an activity its state, is called when the activity begins.
# Is: init is called once for each step of the definition. The inner loop's counter stands at the end of the first round for ever: in the second
# round it is done at once, two parcels are packed, and the machine says that it has finished. The same holds for the attempts that a step counts in a
# loop. What begins anew must be set back in the loop's onEnter.
source "$(dirname "$0")/support/node.sh"
cd "$work"
npm install --no-audit --no-fund --silent sequential-workflow-machine@0.6.0 sequential-workflow-model@0.2.0 >&2
cat > run.mjs <<'JS'
import { createActivitySet, createAtomActivity, createLoopActivity, createWorkflowMachineBuilder } from 'sequential-workflow-machine';
async function packed(onEnter) {
  const log = [];
  const inits = {};
  const begins = (step, state) => {
    inits[step.id] = (inits[step.id] ?? 0) + 1;
    return state;
  };
  const activities = createActivitySet([
    createAtomActivity('pack', { init: (step) => begins(step, { nth: 0 }), handler: async (step, all, state) => void log.push(++state.nth) }),
    createLoopActivity('loop', {
      loopName: (step) => step.id,
      init: (step) => begins(step, { left: 2 }),
      onEnter,
      condition: async (step, all, state) => state.left-- > 0,
    }),
  ]);
  const loop = (id, inside) => ({ id, componentType: 'container', type: 'loop', name: id, properties: {}, sequence: [inside] });
  const pack = { id: 'pack', componentType: 'task', type: 'pack', name: 'pack', properties: {} };
  const machine = createWorkflowMachineBuilder(activities).build({ sequence: [loop('orders', loop('parcels', pack))], properties: {} });
  const interpreter = machine.create({ init: () => ({}) });
  await new Promise((resolve) => interpreter.onDone(resolve).start());
  return { packed: log, inits, finished: interpreter.getSnapshot().isFinished() };
}
const setBack = (step, all, state) => {
  state.left = 2;
};
process.stdout.write(JSON.stringify([await packed(), await packed(setBack)]), () => process.exit(0));
JS
echo 'versions: sequential-workflow-machine 0.6.0, sequential-workflow-model 0.2.0 (npm)'
once='"inits":{"orders":1,"parcels":1,"pack":1},"finished":true'
expect_seen "[{\"packed\":[1,2],$once},{\"packed\":[1,2,3,4],$once}]" "$("$node" run.mjs)"
