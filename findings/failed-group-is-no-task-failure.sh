#!/usr/bin/env bash
# Guess: an activity's failure is a TaskFailedError for the code that waits for it, whether it waits for the call or for whenAll of calls.
# Is: whenAll of the JavaScript Durable Task SDK throws an AggregateError, so that a catch block that asks for TaskFailedError takes a failed group
# for a bug and rethrows it; each call's own TaskFailedError is in its `errors`.
source "$(dirname "$0")/support/js-test-backend.sh"
play '{"call":["TaskFailedError",true],"group":["AggregateError",false,["TaskFailedError"]]}' <<'JS'
const named = (error) => [error.constructor.name, error instanceof sdk.TaskFailedError];
worker.addNamedActivity('Charge', () => { throw new Error('card declined'); });
worker.addNamedActivity('Reserve', () => 'reserved');
worker.addNamedOrchestrator('Order', async function* (context) {
  const seen = {};
  try { yield context.callActivity('Charge'); } catch (error) { seen.call = named(error); }
  try { yield sdk.whenAll([context.callActivity('Charge'), context.callActivity('Reserve')]); }
  catch (error) { seen.group = [...named(error), error.errors.map((each) => each.constructor.name)]; }
  return seen;
});
await worker.start();
const state = await client.waitForOrchestrationCompletion(await client.scheduleNewOrchestration('Order'), true, 10);
return JSON.parse(state.serializedOutput);
JS
