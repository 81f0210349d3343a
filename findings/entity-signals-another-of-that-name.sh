#!/usr/bin/env bash
# Guess: entity names ignore case everywhere, so a signal that an entity sends to new EntityId('Counter', 'b') reaches the entity counter/b that
# orchestrators and HTTP reach by that name.
# Is: it reaches an instance "@Counter@b" that lives beside "@counter@b": the one that everybody else reads never hears of the signal.
source "$(dirname "$0")/support/real-engine.sh"
cat > "$work/app.cjs" <<'JS'
const df = require('durable-functions');
df.app.entity('Counter', (context) => {
  const n = context.df.getState(() => 0);
  if (context.df.operationName === 'add') context.df.setState(n + context.df.getInput());
  if (context.df.operationName === 'tell') context.df.signalEntity(new df.EntityId('Counter', context.df.getInput()), 'add', 5);
});
JS
echo '[{"name":"signals","steps":[{"request":["POST","entities/Counter/$?op=tell"],"input":"signals-b"},{"pause":3000},{"request":["GET","entities/Counter/$-b"]},{"request":["POST","entities/Counter/$-b?op=add"],"input":1},{"pause":2000},{"request":["GET","entities/Counter/$-b"]}]}]' > "$work/scenarios.json"
play
expect '{"first":404,"second":1,"instances":["@Counter@signals-b","@counter@signals","@counter@signals-b"]}' '({ first: r.signals.calls[1].status, second: r.signals.calls[3].body, instances: Object.keys(r.signals.rows) })'
