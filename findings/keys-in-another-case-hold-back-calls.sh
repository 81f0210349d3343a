#!/usr/bin/env bash
# Guess: keys of entities mind case, so `a` and `A` are two entities (each has its own state), and an orchestrator can call one after the other.
# Is: what it sends to them is counted as if it went to one entity. The second holds its first message back for one that went to the other, and the
# call never returns. A signal from outside reaches both.
source "$(dirname "$0")/support/real-engine.sh"
cat > "$work/app.cjs" <<'JS'
const df = require('durable-functions');
df.app.entity('Counter', (context) => {
  if (context.df.operationName === 'add') context.df.setState(context.df.getState(() => 0) + context.df.getInput());
  context.df.return(context.df.getState(() => 0));
});
df.app.orchestration('CallEach', function* (context) {
  const out = [];
  for (const key of context.df.getInput()) out.push(yield context.df.callEntity(new df.EntityId('Counter', `${context.df.instanceId}-${key}`), 'get'));
  return out;
});
JS
cat > "$work/scenarios.json" <<'JSON'
[{"name":"apart","steps":[{"start":"CallEach","input":["a","b"]},{"wait":"end"}]},
 {"name":"alike","steps":[{"start":"CallEach","input":["a","A"]},{"pause":12000},{"get":""}]},
 {"name":"outside","steps":[{"request":["POST","entities/Counter/$-a?op=add"],"input":1},{"request":["POST","entities/Counter/$-A?op=add"],"input":2},{"pause":3000},
  {"request":["GET","entities/Counter/$-a"]},{"request":["GET","entities/Counter/$-A"]}]}]
JSON
play
expect '{"apart":["Completed",[0,0]],"alike":["Running",null],"outside":[1,2]}' '({ apart: [r.apart.status.body.runtimeStatus, r.apart.status.body.output], alike: [r.alike.status.body.runtimeStatus, r.alike.status.body.output], outside: r.outside.calls.slice(2).map((c) => c.body) })'
