#!/usr/bin/env bash
# Guess: in Workflow ES an event that is published before a workflow waits for it is given to the wait when it comes: waitFor() takes a date from
# which on events count, and without one every event since the year 2000 counts.
# Is: with the persistence in memory that it begins with, the early event is stored and never given out: the workflow still waits half a minute
# later, past two rounds of the worker that looks for work left behind. The same event published again while it waits is taken.
source "$(dirname "$0")/support/workflow-es.sh"
play '{"afterTheEarlyOne":["began"],"afterTheSecond":["began","got second"]}' <<'JS'
define('order', (builder) =>
  builder
    .startWith(step(() => { log.push('began'); }))
    .waitFor('paid', (data) => data.order)
    .output((wait, data) => { data.payment = wait.eventData; })
    .then(step((body) => { log.push(`got ${body.payment}`); }))
    .input((body, data) => { body.payment = data.payment; }),
);
await host.publishEvent('paid', 'order 1', 'first', new Date());
await later(2_000);
await host.startWorkflow('order', 1, { order: 'order 1' });
await later(25_000);
const afterTheEarlyOne = [...log];
await host.publishEvent('paid', 'order 1', 'second', new Date());
for (let i = 0; i < 300 && log.length < 2; i++) await later(100);
return { afterTheEarlyOne, afterTheSecond: log };
JS
