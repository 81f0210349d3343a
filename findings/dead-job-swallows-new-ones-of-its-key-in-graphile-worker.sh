#!/usr/bin/env bash
# Guess: with jobKeyMode unsafe_dedupe a job is left out while another of its key waits or runs; one that has used up its attempts is over, and a new
# one runs, as an instance id is free again in Durable Functions after a failure.
# Is: the dead job stays in the table and takes every later one of its key for itself; addJob resolves with the dead job, and nothing ever runs. In the
# default mode the new one does run.
source "$(dirname "$0")/support/graphile-worker.sh"
play '{"sameJob":true,"log":["bad"],"inTheDefaultMode":["bad","good"]}' "
  work: async ({ name }) => {
    log.push(name);
    if (name === 'bad') throw new Error(name);
  }," <<'JS'
await begin();
const dead = await add('work', { name: 'bad' }, { jobKey: 'nightly', maxAttempts: 1 });
await until(async () => (await jobs())[0].last_error !== null);
const again = await add('work', { name: 'good' }, { jobKey: 'nightly', jobKeyMode: 'unsafe_dedupe' });
await later(3_000);
const first = [...log];
await add('work', { name: 'good' }, { jobKey: 'nightly' });
await until(() => log.length === 2);
return { sameJob: again.id === dead.id, log: first, inTheDefaultMode: log };
JS
