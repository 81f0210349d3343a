#!/usr/bin/env bash
# Guess: an orchestration that TestOrchestrationClient of the JavaScript Durable Task SDK is told to start in an hour (its fourth parameter, startAt) is Pending
# when the test looks at it, as on a real backend, so that a test can terminate it before it has begun.
# Is: it begins at once, and what it was to do in an hour is done when the test looks.
source "$(dirname "$0")/support/js-test-backend.sh"
play '{"status":"COMPLETED","sent":1}' <<'JS'
let sent = 0;
worker.addNamedActivity('send', () => { sent++; });
worker.addNamedOrchestrator('reminder', async function* (context) {
  yield context.callActivity('send');
});
await worker.start();
await client.scheduleNewOrchestration('reminder', null, 'reminder-1', new Date(Date.now() + 3_600_000));
const { runtimeStatus } = await client.waitForOrchestrationCompletion('reminder-1', true, 10);
return { status: sdk.OrchestrationStatus[runtimeStatus], sent };
JS
