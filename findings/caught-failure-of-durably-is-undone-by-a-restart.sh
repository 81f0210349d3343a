#!/usr/bin/env bash
# Guess: a step of a Durably job that failed, and whose failure the job has caught, has failed for good, as an activity's failure is in every durable
# history: after a restart the code takes the same way again.
# Is: only steps that succeed are kept. After the restart the failed step is called once more, and if it works this time, the job goes the other way,
# behind steps that were made for the first: the customer was told that the card is refused, and is charged. (The first worker hangs here as one
# that has died does: its lease runs out, and a second worker takes the run.)
source "$(dirname "$0")/support/durably.sh"
play '{"how":"charged","told":"card refused","charges":1}' <<'JS'
let [life, charges, hangs] = [1, 0, false];
const charge = job(async (step) => {
  let how = 'charged';
  try {
    await step.run('charge', () => {
      if (life === 1) throw new Error('card refused');
      charges += 1;
    });
  } catch (error) {
    how = error.message;
  }
  const told = await step.run('tell the customer', () => how);
  hangs = true;
  if (life === 1) await new Promise(() => {});
  return { how, told };
});
const first = await open(charge);
const { id } = await first.jobs.job.trigger({});
while (!hangs) await later(20);
life = 2;
const second = await open(charge);
const { output } = await second.waitForRun(id, { timeout: 60_000 });
return { ...output, charges };
JS
