#!/usr/bin/env bash
# Guess: around a step of Vercel's Workflow SDK `FatalError.is(error)` tells what the step gave up on purpose (the card is refused) from what failed
# however often it was tried (the shop cannot be reached), whose error is caught as it was thrown.
# Is: an error whose retries are used up is caught as a FatalError too. Its class, its name and its own properties are gone, its message stands behind
# another sentence, and a property of a FatalError is lost as well: only the text tells the two apart.
source "$(dirname "$0")/support/workflow-sdk.sh"
cat > "$work/workflows/flows.ts" <<'TS'
import { FatalError } from 'workflow';

async function charge() {
  'use step';
  throw Object.assign(new FatalError('card refused'), { code: 7 });
}

async function reach() {
  'use step';
  throw Object.assign(new TypeError('no answer'), { code: 8 });
}
reach.maxRetries = 1;

export async function shop() {
  'use workflow';
  const seen = [];
  for (const step of [charge, reach]) {
    try {
      await step();
    } catch (error) {
      seen.push([FatalError.is(error), error.name, error.message.replace(/"[^"]*"/, 'X'), error.code ?? null]);
    }
  }
  return seen;
}
TS
play '[[true,"FatalError","card refused",null],[true,"FatalError","Step X failed after 1 retry: no answer",null]]' <<'JS'
return outcome(flows.shop);
JS
