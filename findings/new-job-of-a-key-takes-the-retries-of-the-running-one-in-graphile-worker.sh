#!/usr/bin/env bash
# Guess: a job that is added to Graphile Worker with the jobKey of one that runs waits for it or takes its place, so that one of a key runs at a time;
# the running one, should it fail, is tried again as ever.
# Is: both run side by side. The older one has lost its key and, at that moment, all its attempts: they stand at the most (25), and when it fails it
# is never tried again.
source "$(dirname "$0")/support/graphile-worker.sh"
play '{"before":[1,"order-7"],"while":[25,null],"log":["first","second"],"afterwards":[{"attempts":25,"last_error":"no luck","key":null}]}' "
  work: async ({ name }) => {
    log.push(name);
    if (name !== 'first') return;
    await until(() => log.includes('go'));
    log.splice(log.indexOf('go'), 1);
    throw new Error('no luck');
  }," <<'JS'
await begin();
const first = async () => (({ attempts, key }) => [attempts, key])((await jobs())[0]);
await add('work', { name: 'first' }, { jobKey: 'order-7' });
await until(() => log.includes('first'));
const before = await first();
await add('work', { name: 'second' }, { jobKey: 'order-7' });
await until(() => log.includes('second'));
const now = await first();
log.push('go');
await until(async () => (await jobs())[0].last_error !== null);
await later(3_000);
const afterwards = (await jobs()).map(({ attempts, last_error, key }) => ({ attempts, last_error, key }));
return { before, while: now, log, afterwards };
JS
