#!/usr/bin/env bash
# Guess: a Flowcraft node behind two waits with joinStrategy 'all' (two approvals, then the payment) runs once, when both have been answered.
# Is: it runs at the first answer, and again at the second: whatever stands behind a resumed wait has lost the other predecessors. The run says
# `awaiting` after the first answer, as it should, with the payment made.
source "$(dirname "$0")/support/flowcraft.sh"
play '{"begun":["awaiting",[]],"first":["awaiting",["pay"]],"second":["completed",["pay","pay"]]}' <<'JS'
const flow = createFlow('payment')
  .node('order', async () => ({ output: 'order' }))
  .wait('manager')
  .wait('finance')
  .node('pay', noted('pay'), { config: { joinStrategy: 'all' } })
  .edge('order', 'manager')
  .edge('order', 'finance')
  .edge('manager', 'pay')
  .edge('finance', 'pay');
const begun = await flow.run(runtime, {});
const seen = { begun: [begun.status, [...log]] };
const first = await flow.resume(runtime, begun.serializedContext, { output: 'yes' }, 'manager');
seen.first = [first.status, [...log]];
const second = await flow.resume(runtime, first.serializedContext, { output: 'yes' }, 'finance');
seen.second = [second.status, [...log]];
return seen;
JS
