#!/usr/bin/env bash
# Guess: TestOrchestrationClient of the JavaScript Durable Task SDK stands in for the real client in a test: what code gives that one, start options with an
# id or a version, terminateOptions with `recursive`, it takes as well, or refuses.
# Is: it takes them for something else. The start options themselves are the id: no instance has the id in them, and a second start under it is not
# refused. Those of a terminate are the output of the instance, and its child is not terminated: it goes on and completes.
source "$(dirname "$0")/support/js-test-backend.sh"
play '{"started":{"instanceId":"order-1"},"found":false,"again":"taken","output":{"output":"cancelled","recursive":true},"child":"COMPLETED"}' <<'JS'
worker.addNamedOrchestrator('order', async function* (context) {
  return yield context.callSubOrchestrator('delivery', null, { instanceId: 'delivery-1' });
});
worker.addNamedOrchestrator('delivery', async function* (context) {
  return yield context.waitForExternalEvent('arrived');
});
worker.addNamedOrchestrator('quick', async function* () {});
await worker.start();
const started = await client.scheduleNewOrchestration('quick', null, { instanceId: 'order-1' });
const found = (await client.getOrchestrationState('order-1')) !== undefined;
const again = await client.scheduleNewOrchestration('quick', null, { instanceId: 'order-1' }).then(() => 'taken', () => 'refused');
const id = await client.scheduleNewOrchestration('order');
while ((await client.getOrchestrationState('delivery-1')) === undefined) await new Promise((resolve) => setTimeout(resolve, 20));
await client.terminateOrchestration(id, sdk.terminateOptions({ output: 'cancelled', recursive: true }));
const { serializedOutput } = await client.waitForOrchestrationCompletion(id, true, 10);
await new Promise((resolve) => setTimeout(resolve, 2000));
await client.raiseOrchestrationEvent('delivery-1', 'arrived', 'in the garden');
const { runtimeStatus } = await client.waitForOrchestrationCompletion('delivery-1', true, 10);
return { started, found, again, output: JSON.parse(serializedOutput), child: sdk.OrchestrationStatus[runtimeStatus] };
JS
