#!/usr/bin/env bash
# Guess: a step of a DBOS workflow that is under way when the workflow is cancelled, and that succeeds, has succeeded: a resume goes on behind it, as it
# does behind every step that is done.
# Is: its result is thrown away. The resume calls the step again: the card is charged twice, and the workflow ends with SUCCESS. The code of the cancelled
# run sees an error of a conflict, not of a cancellation, where the step was awaited.
source "$(dirname "$0")/support/dbos.sh"
play '{"cancelled":"CANCELLED","caught":["DBOSWorkflowConflictError"],"end":["shipped","SUCCESS"],"charges":2}' "
  let charges = 0;
  const order = workflow('order', async () => {
    try {
      await step('charge', async () => {
        log.push('charging');
        await later(2000);
        charges += 1;
      });
      return 'shipped';
    } catch (error) {
      log.push(error.constructor.name);
      throw error;
    }
  });" <<'JS'
await begin(order, 'order-1');
await until(() => log.length === 1);
await DBOS.cancelWorkflow('order-1');
await until(() => log.length === 2);
const cancelled = (await DBOS.getWorkflowStatus('order-1')).status;
const caught = log.slice(1);
await DBOS.resumeWorkflow('order-1');
return { cancelled, caught, end: await ended('order-1'), charges };
JS
