#!/usr/bin/env bash
# Guess: a race in Rivet's workflow engine is that of Promise.race: a step of two seconds against a sleep of 50 ms, the usual form of a time-out, is
# over after the sleep, and a branch that fails first makes the race fail.
# Is: the sleep wins, but the race is over only when the step has ended too: a time-out that cuts nothing short. A branch that fails first is left
# aside, as in Promise.any: the race gives what the slower branch gives, and no sign of the failure.
source "$(dirname "$0")/support/rivet-workflow.sh"
play '{"timeOut":["completed","timer"],"tookAsLongAsTheStep":true,"failsFirst":["completed","slow"]}' <<'JS'
const began = Date.now();
const timeOut = await run(async (ctx) => {
  const { winner } = await ctx.race('race', [
    { name: 'step', run: (branch) => branch.step('slow', () => later(2_000, 'done')) },
    { name: 'timer', run: (branch) => branch.sleep('limit', 50) },
  ]);
  return winner;
});
const took = Date.now() - began;
const failsFirst = await run(async (ctx) => {
  const { value } = await ctx.race('race', [
    { name: 'check', run: async () => { throw new Error('card is blocked'); } },
    { name: 'order', run: (branch) => branch.step('slow', () => later(300, 'slow')) },
  ]);
  return value;
});
return { timeOut, tookAsLongAsTheStep: took >= 1_900, failsFirst };
JS
