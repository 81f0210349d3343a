#!/usr/bin/env bash
# Guess: in a test on the in-memory backend of the JavaScript Durable Task SDK, context.currentUtcDateTime after a timer is the time at which it
# fired, so that three timers of one second take three.
# Is: the clock of an orchestrator stays where its generation began. createTimer(seconds) counts from there each time: the three are all due after
# one second, and a monitor's loop, a retry's time-out or a deadline computed in the code behaves in the test as it never does on a backend.
source "$(dirname "$0")/support/js-test-backend.sh"
play '{"clock":[0,0,0],"seconds":1}' <<'JS'
worker.addNamedOrchestrator('Monitor', async function* (context) {
  const clock = [];
  const start = context.currentUtcDateTime.getTime();
  for (let round = 0; round < 3; round++) {
    yield context.createTimer(1);
    clock.push(Math.round((context.currentUtcDateTime.getTime() - start) / 1000));
  }
  return clock;
});
await worker.start();
const began = Date.now();
const state = await client.waitForOrchestrationCompletion(await client.scheduleNewOrchestration('Monitor'), true, 10);
return { clock: JSON.parse(state.serializedOutput), seconds: Math.round((Date.now() - began) / 1000) };
JS
