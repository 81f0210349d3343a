#!/usr/bin/env bash
# Guess: a Flowcraft wait holds its own branch: the goods are picked, packed and shipped while the other branch waits for somebody to look at the
# invoice. With joinStrategy 'any' the node behind a wait and a node that is done at once runs at once.
# Is: everything stops after the nodes that were ready together with the wait: picked, not packed, and the 'any' has not run. The rest of the other
# branch runs in the resume, days later. The status says `awaiting`, with the wait alone.
source "$(dirname "$0")/support/flowcraft.sh"
play '{"awaiting":["pick"],"any":["awaiting",0],"resumed":["completed",["pick","look","pack","ship"]]}' <<'JS'
const flow = createFlow('order')
  .node('order', async () => ({ output: 'order' }))
  .wait('invoice')
  .node('look', noted('look'))
  .node('pick', noted('pick'))
  .node('pack', noted('pack'))
  .node('ship', noted('ship'))
  .edge('order', 'invoice')
  .edge('invoice', 'look')
  .edge('order', 'pick')
  .edge('pick', 'pack')
  .edge('pack', 'ship');
const begun = await flow.run(runtime, {});
const awaiting = [...log];
const resumed = await flow.resume(runtime, begun.serializedContext, { output: 'seen' }, 'invoice');
let ran = 0;
const either = createFlow('either')
  .node('order', async () => ({ output: 'order' }))
  .wait('person')
  .node('rule', async () => ({ output: 'by rule' }))
  .node('go', async () => ({ output: ++ran }), { config: { joinStrategy: 'any' } })
  .edge('order', 'person')
  .edge('order', 'rule')
  .edge('person', 'go')
  .edge('rule', 'go');
const any = await either.run(runtime, {});
return { awaiting, any: [any.status, ran], resumed: [resumed.status, log] };
JS
