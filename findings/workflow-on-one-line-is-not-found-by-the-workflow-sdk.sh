#!/usr/bin/env bash
# Guess: 'use workflow' and 'use step' are directives as 'use strict' is: what counts is that they come first in the function, wherever the line ends. Where
# one is not seen, the build says so.
# Is: a file is looked through for lines that hold a directive and nothing else. One whose functions stand on one line each is built without a word, is
# imported and started, and its run fails: it is not registered. One such line elsewhere in the file, of a function of another name, and both run.
source "$(dirname "$0")/support/workflow-sdk.sh"
cat > "$work/workflows/short.ts" <<'TS'
export async function short() { 'use workflow'; return 'ran'; }
TS
cat > "$work/workflows/both.ts" <<'TS'
export async function brief() { 'use workflow'; return 'ran'; }
export async function long() {
  'use workflow';
  return 'ran';
}
TS
cat > "$work/workflows/flows.ts" <<'TS'
export * from './short';
export * from './both';
TS
play '{"short":{"failed":"is not registered"},"brief":"ran","long":"ran"}' <<'JS'
return { short: await outcome(flows.short), brief: await outcome(flows.brief), long: await outcome(flows.long) };
JS
