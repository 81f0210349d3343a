#!/usr/bin/env bash
# Guess: an orchestrator of the JavaScript Durable Task SDK that starts a charge, awaits something else and then awaits the charge meets the charge's failure
# there, as it would have at once; so does one that raced the charge against a time-out (the charge won) and then awaits it for what it gave.
# Is: only an await that waits throws. A call, or a whenAll, that has failed by the time it is awaited gives undefined, behind every await that went well:
# no catch block is entered, nothing is compensated, and the instance is Completed. (Issue 206 of the package, mended in its source in July; 0.4.0, the
# newest on npm, has it.) What may fail is to be awaited first, or in one whenAll with the rest.
source "$(dirname "$0")/support/js-test-backend.sh"
declined='["COMPLETED","card declined"]'
charged='["COMPLETED","charged: undefined"]'
play "{\"AtOnce\":$declined,\"InOneGroup\":$declined,\"Behind\":$charged,\"BehindARace\":$charged,\"GroupBehind\":$charged,\"Uncaught\":$charged}" <<'JS'
worker.addNamedActivity('Charge', () => { throw new Error('card declined'); });
worker.addNamedActivity('Reserve', () => 'reserved');
const undone = async function* (task) {
  try { return `charged: ${yield task}`; } catch (error) { return (error.errors?.[0] ?? error).message.split(': ').at(-1); }
};
const orchestrators = {
  async *AtOnce(context) {
    return yield* undone(context.callActivity('Charge'));
  },
  async *InOneGroup(context) {
    return yield* undone(sdk.whenAll([context.callActivity('Charge'), context.callActivity('Reserve')]));
  },
  async *Behind(context) {
    const charge = context.callActivity('Charge');
    yield context.callActivity('Reserve');
    return yield* undone(charge);
  },
  async *BehindARace(context) {
    const charge = context.callActivity('Charge');
    const winner = yield sdk.whenAny([charge, context.createTimer(3600)]);
    return winner === charge ? yield* undone(charge) : 'no answer';
  },
  async *GroupBehind(context) {
    const charges = sdk.whenAll([context.callActivity('Charge')]);
    yield context.callActivity('Reserve');
    return yield* undone(charges);
  },
  async *Uncaught(context) {
    const charge = context.callActivity('Charge');
    yield context.callActivity('Reserve');
    return `charged: ${yield charge}`;
  },
};
for (const [name, code] of Object.entries(orchestrators)) worker.addNamedOrchestrator(name, code);
await worker.start();
const seen = {};
for (const name of Object.keys(orchestrators)) {
  const state = await client.waitForOrchestrationCompletion(await client.scheduleNewOrchestration(name), true, 10);
  seen[name] = [sdk.OrchestrationStatus[state.runtimeStatus], JSON.parse(state.serializedOutput)];
}
return seen;
JS
