#!/usr/bin/env bash
# Guess: an operation that calls destructOnExit and then returns a value leaves no entity: the next one finds it newly constructed.
# Is: returning makes the entity exist again, without a state: isNewlyConstructed is false from then on, while GET entities/… is 404. An operation
# that only reads, with return, makes an entity that was never there exist in the same way.
source "$(dirname "$0")/support/real-engine.sh"
cat > "$work/app.cjs" <<'JS'
const df = require('durable-functions');
df.app.entity('Cart', (context) => {
  const cart = context.df;
  if (cart.operationName === 'set') cart.setState(cart.getInput());
  if (cart.operationName === 'close') cart.destructOnExit();
  if (cart.operationName === 'closeAndTell') { cart.destructOnExit(); cart.return('closed'); }
  if (cart.operationName === 'read') cart.return(cart.getState(() => 0));
  if (cart.operationName === 'isNew') cart.return(cart.isNewlyConstructed);
});
df.app.orchestration('Use', function* (context) {
  const id = new df.EntityId('Cart', context.df.instanceId);
  for (const operation of context.df.getInput()) yield context.df.callEntity(id, operation, 1);
  return yield context.df.callEntity(id, 'isNew');
});
JS
cat > "$work/scenarios.json" <<'JSON'
[{"name":"quiet","steps":[{"start":"Use","input":["set","close"]},{"wait":"end"}]},
 {"name":"told","steps":[{"start":"Use","input":["set","closeAndTell"]},{"wait":"end"},{"request":["GET","entities/Cart/told"]}]},
 {"name":"read","steps":[{"start":"Use","input":["read"]},{"wait":"end"}]}]
JSON
play
expect '[true,false,false,404]' '[r.quiet.status.body.output, r.told.status.body.output, r.read.status.body.output, r.told.calls.at(-1).status]'
