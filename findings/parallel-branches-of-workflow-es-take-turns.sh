#!/usr/bin/env bash
# Guess: branches of parallel() in Workflow ES run side by side: three asynchronous steps that take half a second each all begin before the first
# one ends.
# Is: they take turns: each branch's step is awaited to its end before the next branch's begins, so that three calls take as long as they would in
# a row, with or without parallel().
source "$(dirname "$0")/support/workflow-es.sh"
play '["begin a","end a","begin b","end b","begin c","end c","joined"]' <<'JS'
const slow = (name) => step(async () => {
  log.push(`begin ${name}`);
  await later(500);
  log.push(`end ${name}`);
});
define('side by side', (builder) =>
  builder
    .startWith(step(() => undefined))
    .parallel()
    .do((branch) => branch.startWith(slow('a')))
    .do((branch) => branch.startWith(slow('b')))
    .do((branch) => branch.startWith(slow('c')))
    .join()
    .then(step(() => { log.push('joined'); })),
);
await host.startWorkflow('side by side', 1, {});
for (let i = 0; i < 300 && log.at(-1) !== 'joined'; i++) await later(100);
return log;
JS
