#!/usr/bin/env bash
# Guess: a condition of a Mastra branch that throws (it reads what is not there) fails the run, as an exception in an orchestrator does.
# Is: it counts as false. Where no other condition holds nothing of the branch runs, the step behind it is given an empty object in place of what
# the branch was given, and the run ends with success; the same exception in a step fails it. What the condition threw is in no result.
source "$(dirname "$0")/support/mastra.sh"
play '{"branch":{"status":"success","result":{"shipped":{}},"ran":[]},"step":{"status":"failed","ran":[]}}' <<'JS'
const ran = [];
const note = (name) => step(name, async () => (ran.push(name), name));
const ship = step('ship', async ({ inputData }) => ({ shipped: inputData }));
const isLarge = async ({ inputData }) => inputData.order.total > 100;
const isSmall = async () => false;
const outcome = async (flow) => {
  ran.length = 0;
  const { status, result } = await (await newRun(flow)).start({ inputData: { id: 7 } });
  return { status, result, ran: [...ran] };
};
return {
  branch: await outcome(workflow().branch([[isLarge, note('check')], [isSmall, note('skip')]]).then(ship)),
  step: await outcome(workflow().then(step('decide', isLarge)).then(ship)),
};
JS
