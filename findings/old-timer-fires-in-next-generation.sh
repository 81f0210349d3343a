#!/usr/bin/env bash
# Guess: a time-out that was cancelled because the event came first is over with its generation; after continueAsNew the next wait has its own hour.
# Is: on the in-memory backend of the JavaScript Durable Task SDK the old timer still fires, and what it answers is the timer of the same number in
# the generation that runs then: the second wait times out two seconds after the start of the first, an hour too early.
source "$(dirname "$0")/support/js-test-backend.sh"
play '"time-out in round 2"' <<'JS'
worker.addNamedOrchestrator('Approvals', async function* (context, round) {
  const timeout = context.createTimer(round === 1 ? 2 : 3600);
  const winner = yield sdk.whenAny([context.waitForExternalEvent('approved'), timeout]);
  if (winner === timeout) return `time-out in round ${round}`;
  timeout.cancel();
  context.continueAsNew(round + 1);
});
await worker.start();
const id = await client.scheduleNewOrchestration('Approvals', 1);
await client.waitForOrchestrationStart(id);
await client.raiseOrchestrationEvent(id, 'approved');
return JSON.parse((await client.waitForOrchestrationCompletion(id, true, 30)).serializedOutput);
JS
