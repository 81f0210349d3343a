#!/usr/bin/env bash
# Guess: in a Resonate workflow an error that a function throws under ctx.run reaches the catch around it, after a few tries at most; whether the
# function is a plain one or a generator makes no difference.
# Is: it decides. A generator is run once and its error is caught at once, with its class. A plain function is tried again and again without an end
# (the pauses grow to half a minute), so the catch is never reached, the workflow stays where it is, and what should make up for the failure does not run.
source "$(dirname "$0")/support/resonate.sh"
play '{"generator":["caught",true,1],"plain":"still waits","plainWasTriedAgain":true}' <<'JS'
class Declined extends Error {}
const tries = { generator: 0, plain: 0 };
const order = (pay) =>
  function* (ctx) {
    try {
      yield* ctx.run(pay);
      return ['paid'];
    } catch (error) {
      return ['caught', error instanceof Declined, tries.generator];
    }
  };
const generator = function* () {
  tries.generator += 1;
  throw new Declined('no funds');
};
const plain = async () => {
  tries.plain += 1;
  throw new Declined('no funds');
};
const first = await within(15_000, run('generator', order(generator)));
const second = await within(15_000, run('plain', order(plain)));
return { generator: first, plain: second, plainWasTriedAgain: tries.plain > 1 };
JS
