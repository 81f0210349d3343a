#!/usr/bin/env bash
# Guess: where a step of a Medusa workflow fails, the steps before it are undone, the last one first; the step that failed did nothing that could be
# undone, as in every saga.
# Is: the step that failed is undone as well, and first of all: a payment that was refused is refunded. And a step whose failure does not stop the
# workflow (continueOnPermanentFailure) is undone later too, when another one fails.
source "$(dirname "$0")/support/medusa.sh"
play '{"stopped":["reverted",["reserve","undo charge","undo reserve"]],"wentOn":["reverted",["reserve","mail","undo ship","undo mail","undo charge","undo reserve"]]}' <<'JS'
const refuse = async () => { throw new Error('refused'); };
const handlers = { reserve: step('reserve'), charge: step('charge', refuse), mail: step('mail'), ship: step('ship', refuse) };
const outcome = async (steps) => {
  const state = (await run(steps, handlers)).getState();
  return [state, log.splice(0)];
};
return {
  stopped: await outcome({ action: 'reserve', next: { action: 'charge' } }),
  wentOn: await outcome({
    action: 'reserve',
    next: { action: 'charge', continueOnPermanentFailure: true, next: { action: 'mail', next: { action: 'ship' } } },
  }),
};
JS
