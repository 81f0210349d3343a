#!/usr/bin/env bash
# Guess: a job of Graphile Worker whose task fails is tried again with the payload that it was given.
# Is: where the payload is a list and the task gives a promise for each of its items (at once, or as what an async function returns), the job is
# rewritten: its next try is given only the items whose promise failed.
source "$(dirname "$0")/support/graphile-worker.sh"
play '{"plain":[["a","b","c"],["b"]],"async":[["a","b","c"],["b"]],"left":0}' "
  plain: (items) => tried('plain', items),
  async: async (items) => tried('async', items)," <<'JS'
globalThis.tried = (task, items) => {
  log.push({ task, items });
  const isFirst = log.filter((one) => one.task === task).length === 1;
  return items.map((item) => (isFirst && item === 'b' ? Promise.reject(new Error(item)) : Promise.resolve()));
};
await add('plain', ['a', 'b', 'c']);
await add('async', ['a', 'b', 'c']);
await begin();
await until(async () => (await jobs()).length === 0);
const of = (task) => log.filter((one) => one.task === task).map(({ items }) => items);
return { plain: of('plain'), async: of('async'), left: (await jobs()).length };
JS
