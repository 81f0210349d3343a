#!/usr/bin/env bash
# Guess: a machine of XState that is kept with getPersistedSnapshot() while it waits with a deadline (`after`) and is restored from that, as for a process
# that is started again, still has its deadline: the rest of it, or all of it anew, as what a state invokes is invoked anew.
# Is: it has none. What was invoked begins again, but the delayed transition is gone for good: the machine that should have been late after half a
# second waits on. The same machine that nobody restored is late.
source "$(dirname "$0")/support/node.sh"
cd "$work"
npm install --no-audit --no-fund --silent xstate@5.33.3 >&2
cat > run.mjs <<'JS'
import { createActor, fromPromise, setup } from 'xstate';
const later = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
let asked = 0;
const ask = fromPromise(() => {
  asked++;
  return new Promise(() => {});
});
const machine = setup({ actors: { ask } }).createMachine({
  initial: 'waiting',
  states: { waiting: { invoke: { src: 'ask' }, after: { 500: 'late' } }, late: {} },
});
const first = createActor(machine).start();
const kept = JSON.stringify(first.getPersistedSnapshot());
const restored = createActor(machine, { snapshot: JSON.parse(kept) }).start();
while (first.getSnapshot().value !== 'late') await later(20);
await later(2000);
process.stdout.write(JSON.stringify({ first: 'late', restored: restored.getSnapshot().value, asked }), () => process.exit(0));
JS
echo 'versions: xstate 5.33.3 (npm)'
expect_seen '{"first":"late","restored":"waiting","asked":2}' "$("$node" run.mjs)"
