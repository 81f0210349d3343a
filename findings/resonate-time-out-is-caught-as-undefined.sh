#!/usr/bin/env bash
# Guess: what a Resonate workflow catches when a durable promise or a remote call is over its time limit is an error that says so, and a workflow
# that awaits such a promise catches it when the limit is over.
# Is: the catch gets undefined, so the usual error.message or error.name in it is itself a TypeError and fails the workflow with that. A workflow
# that awaits the promise from the start gets nothing at all: with the network in memory it waits on, long after the limit. One that sleeps past
# the limit first catches undefined.
source "$(dirname "$0")/support/resonate.sh"
play '{"sleptFirst":["caught","undefined"],"call":["caught","undefined"],"awaited":"still waits"}' <<'JS'
resonate.register('slow', function* (ctx) {
  yield* ctx.sleep(3_000);
  return 'done';
});
const approval = (sleepFirst) =>
  function* (ctx) {
    const approved = yield* ctx.promise({ timeout: 300 });
    if (sleepFirst) yield* ctx.sleep(600);
    try {
      return ['approved', yield* approved];
    } catch (error) {
      return ['caught', String(error)];
    }
  };
const remote = function* (ctx) {
  try {
    return ['done', yield* ctx.rpc('slow', ctx.options({ timeout: 300 }))];
  } catch (error) {
    return ['caught', String(error)];
  }
};
const [sleptFirst, call, awaited] = await Promise.all([
  within(30_000, run('slept first', approval(true))),
  within(30_000, run('call', remote)),
  within(30_000, run('awaited', approval(false))),
]);
return { sleptFirst, call, awaited };
JS
