#!/usr/bin/env bash
# Guess: in a workflow of Rivet's engine, a step that fails twice and may be tried again three times succeeds at its third try, and a try/catch
# around it, for what is left when all tries have failed, changes nothing about that.
# Is: between two tries the engine leaves the workflow's code by an exception, which the catch takes for the step's failure: after the first try
# the workflow goes on in the catch and completes; the step is not tried again. With tryStep, or without a catch, it is.
source "$(dirname "$0")/support/rivet-workflow.sh"
play '{"caught":["completed","gave up"],"triesWithCatch":1,"plain":["completed","paid"],"triesWithout":3,"tryStep":["completed","paid"],"triesOfTryStep":3}' <<'JS'
const flaky = () => {
  const step = { name: 'pay', maxRetries: 3, retryBackoffBase: 10, tries: 0 };
  step.run = async () => {
    step.tries += 1;
    if (step.tries < 3) throw new Error('busy');
    return 'paid';
  };
  return step;
};
const [a, b, c] = [flaky(), flaky(), flaky()];
const caught = await run(async (ctx) => {
  try {
    return await ctx.step(a);
  } catch {
    return 'gave up';
  }
});
const plain = await run((ctx) => ctx.step(b));
const tryStep = await run(async (ctx) => {
  const result = await ctx.tryStep(c);
  return result.ok ? result.value : 'gave up';
});
return { caught, triesWithCatch: a.tries, plain, triesWithout: b.tries, tryStep, triesOfTryStep: c.tries };
JS
