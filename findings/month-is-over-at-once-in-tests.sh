#!/usr/bin/env bash
# Guess: an orchestrator that waits thirty days for an approval is still waiting when a test on the in-memory backend of the JavaScript Durable
# Task SDK looks at it a moment later (timers longer than a runtime's can hold are cut into pieces by every durable backend).
# Is: a timer of more than 24.8 days fires at once, so that the test sees the time-out of the month and never the waiting.
source "$(dirname "$0")/support/js-test-backend.sh"
play '{"days24":"waits","days25":"month over"}' <<'JS'
worker.addNamedOrchestrator('Approval', async function* (context, days) {
  yield context.createTimer(days * 24 * 3600);
  return 'month over';
});
await worker.start();
const after = async (days) => {
  const id = await client.scheduleNewOrchestration('Approval', days);
  await client.waitForOrchestrationStart(id);
  const state = await client.waitForOrchestrationCompletion(id, true, 2).catch(() => undefined);
  return state === undefined ? 'waits' : JSON.parse(state.serializedOutput);
};
return { days24: await after(24), days25: await after(25) };
JS
