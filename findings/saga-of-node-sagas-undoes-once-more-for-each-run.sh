#!/usr/bin/env bash
# Guess: what SagaBuilder of node-sagas builds is a definition, made once and executed for each order: an order that fails undoes its own steps, once,
# and of those the ones that were done.
# Is: the list of what is to be undone belongs to the built saga and is never emptied. The third order, whose charge is refused, is refunded and
# released three times, once for each run so far: the undoing of the two orders that went well is done to it as well.
source "$(dirname "$0")/support/node.sh"
cd "$work"
npm install --no-audit --no-fund --silent node-sagas@0.0.6 >&2
cat > run.cjs <<'JS'
const { SagaBuilder } = require('node-sagas');
const log = [];
const saga = new SagaBuilder()
  .step('reserve')
  .invoke(({ id }) => { log.push(`reserve ${id}`); })
  .withCompensation(({ id }) => { log.push(`release ${id}`); })
  .step('charge')
  .invoke(({ id, refused }) => {
    if (refused) throw new Error('no money');
    log.push(`charge ${id}`);
  })
  .withCompensation(({ id }) => { log.push(`refund ${id}`); })
  .build();
const execute = (order) => saga.execute(order).then(() => 'done', (error) => error.constructor.name);
(async () => {
  const ends = [await execute({ id: 1 }), await execute({ id: 2 }), await execute({ id: 3, refused: true })];
  process.stdout.write(JSON.stringify([ends, log]));
})();
JS
echo 'versions: node-sagas 0.0.6 (npm)'
done='["reserve 1","charge 1","reserve 2","charge 2","reserve 3"'
undone='"refund 3","release 3"'
expect_seen "[[\"done\",\"done\",\"SagaExecutionFailed\"],$done,$undone,$undone,$undone]]" "$("$node" run.cjs)"
