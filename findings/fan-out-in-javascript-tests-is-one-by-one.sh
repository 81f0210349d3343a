#!/usr/bin/env bash
# Guess: five activities of half a second behind whenAll run side by side in a test, as they do on every worker of the SDK.
# Is: the test worker of the JavaScript Durable Task SDK ends one activity before it begins the next, and lets no orchestrator go on meanwhile: five
# take five times as long, never two are in flight, and what a test shall show about work side by side (limits, races, order) does not occur in it.
source "$(dirname "$0")/support/js-test-backend.sh"
play '{"mostInFlight":1,"order":[5,4,3,2,1]}' <<'JS'
let [inFlight, mostInFlight] = [0, 0];
const order = [];
worker.addNamedActivity('Work', async (_context, tenths) => {
  mostInFlight = Math.max(mostInFlight, ++inFlight);
  await new Promise((resolve) => setTimeout(resolve, tenths * 100));
  inFlight--;
  order.push(tenths);
});
worker.addNamedOrchestrator('FanOut', async function* (context) {
  yield sdk.whenAll([5, 4, 3, 2, 1].map((tenths) => context.callActivity('Work', tenths)));
});
await worker.start();
await client.waitForOrchestrationCompletion(await client.scheduleNewOrchestration('FanOut'), true, 30);
return { mostInFlight, order };
JS
