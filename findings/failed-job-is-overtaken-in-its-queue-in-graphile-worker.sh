#!/usr/bin/env bash
# Guess: jobs of one named queue of Graphile Worker run one after another in the order they came, as the operations of an entity do: a job that
# fails holds the queue until its retry is over.
# Is: one at a time they are, but a failed one gives its place up while it waits for its retry: those behind it run first.
source "$(dirname "$0")/support/graphile-worker.sh"
play '["open fails","charge","ship","open"]' "
  step: async ({ name, failsOnce }) => {
    const fails = failsOnce && !log.includes(name + ' fails');
    log.push(fails ? name + ' fails' : name);
    if (fails) throw new Error(name);
  }," <<'JS'
for (const name of ['open', 'charge', 'ship']) await add('step', { name, failsOnce: name === 'open' }, { queueName: 'order-7' });
await begin();
await until(() => log.length === 4);
return log;
JS
