#!/usr/bin/env bash
# Guess: where the items of a Mastra foreach each suspend to ask somebody, one resume answers one of them, as one event answers one wait in a
# durable orchestration, whether they are taken one at a time or together.
# Is: one at a time, yes. With a concurrency, every item that waits at that moment is given the one answer: the approval of the first order
# approves all the others of its group, and the run goes on without a further question.
source "$(dirname "$0")/support/mastra.sh"
play '{"oneByOne":["suspended","suspended","success"],"together":["suspended","success"],"approved":["chair: by Ann","desk: by Ann","yacht: by Ann"]}' <<'JS'
const approve = step('approve', async ({ inputData, suspend, resumeData }) =>
  resumeData === undefined ? suspend({ asked: inputData }) : `${inputData}: by ${resumeData}`,
);
const asked = async (items, options) => {
  const run = await newRun(workflow().foreach(approve, options));
  let last = await run.start({ inputData: items });
  const statuses = [last.status];
  for (const who of ['Ann', 'Bob', 'Cy']) {
    if (last.status !== 'suspended') break;
    last = await run.resume({ step: 'approve', resumeData: who });
    statuses.push(last.status);
  }
  return { statuses, result: last.result };
};
const oneByOne = await asked(['chair', 'desk']);
const together = await asked(['chair', 'desk', 'yacht'], { concurrency: 3 });
return { oneByOne: oneByOne.statuses, together: together.statuses, approved: together.result };
JS
