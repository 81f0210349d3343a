#!/usr/bin/env bash
# Guess: a DBOS workflow whose time is up has the error in its catch block, and what the catch block undoes (the usual way to compensate) is done: the
# block was entered, and its steps are steps as any other.
# Is: the catch block is entered, and every step in it throws the same error before its code is reached: the card stays charged. The workflow is
# CANCELLED, and a catch block that swallows the second error too changes nothing. It is the same after a cancel from outside.
source "$(dirname "$0")/support/dbos.sh"
play '{"timeOut":"CANCELLED","cancel":"CANCELLED","log":["charged","caught DBOSWorkflowCancelledError","refund: DBOSWorkflowCancelledError","charged","caught DBOSWorkflowCancelledError","refund: DBOSWorkflowCancelledError"]}' "
  const order = workflow('order', async () => {
    try {
      await step('charge', async () => {});
      log.push('charged');
      await DBOS.sleep(4000);
      await step('ship', async () => { log.push('shipped'); });
      return 'shipped';
    } catch (error) {
      log.push('caught ' + error.constructor.name);
      await step('refund', async () => { log.push('refunded'); }).catch((again) => log.push('refund: ' + again.constructor.name));
      return 'refunded';
    }
  });" <<'JS'
await begin(order, 'time-out', { timeoutMS: 2000 });
await until(() => log.length === 3);
await begin(order, 'cancel');
await until(() => log.length === 4);
await DBOS.cancelWorkflow('cancel');
await until(() => log.length === 6);
return { timeOut: (await ended('time-out'))[1], cancel: (await ended('cancel'))[1], log };
JS
