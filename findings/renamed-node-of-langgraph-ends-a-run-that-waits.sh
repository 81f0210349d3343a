#!/usr/bin/env bash
# Guess: a LangGraph graph waits in the node "approve" for an answer (interrupt). A newer program calls that node "confirm"; given the answer it throws, since
# there is nothing that waits, or hands the answer to whatever waits now. (That a node may not be renamed under a run that waits is in the documents.)
# Is: it says nothing. invoke gives back the state as a run that is over does, with no error and no interrupt; nothing is left to do; the answer is in
# no node, and what stands behind the question (the payment) never runs. The checkpoint that waited is still there, as the last one: the older
# program, put back, takes the same answer and pays. A node put in behind the question is no trouble: it runs with the newer program.
source "$(dirname "$0")/support/node.sh"
cd "$work"
npm install --no-audit --no-fund --silent @langchain/langgraph@1.7.3 @langchain/core@1.4.0 >&2
cat > run.mjs <<'JS'
import { Annotation, Command, END, MemorySaver, START, StateGraph, interrupt } from '@langchain/langgraph';
const Order = Annotation.Root({ log: Annotation({ reducer: (before, more) => before.concat(more), default: () => [] }) });
const noted = (name) => () => ({ log: [name] });
function program(checkpointer, question, behind = []) {
  const graph = new StateGraph(Order).addNode('place', noted('place'));
  graph.addNode(question, () => ({ log: [`${question}: ${interrupt('may it be paid?')}`] }));
  for (const name of [...behind, 'pay']) graph.addNode(name, noted(name));
  const order = [START, 'place', question, ...behind, 'pay', END];
  for (let i = 1; i < order.length; i++) graph.addEdge(order[i - 1], order[i]);
  return graph.compile({ checkpointer });
}
const thread = { configurable: { thread_id: 'order' } };
async function answered(graph) {
  const { log, __interrupt__: asks } = await graph.invoke(new Command({ resume: 'yes' }), thread);
  return [log.join(', '), asks ? 'asks' : 'no question', (await graph.getState(thread)).next];
}
const seen = {};
for (const [name, ...newer] of [['same', 'approve'], ['renamed', 'confirm'], ['more behind it', 'approve', ['check']]]) {
  const checkpointer = new MemorySaver();
  await program(checkpointer, 'approve').invoke({ log: [] }, thread);
  seen[name] = await answered(program(checkpointer, ...newer));
  if (name === 'renamed') seen['put back'] = await answered(program(checkpointer, 'approve'));
}
process.stdout.write(JSON.stringify(seen));
JS
echo 'versions: @langchain/langgraph 1.7.3, @langchain/core 1.4.0 (npm)'
expect_seen '{"same":["place, approve: yes, pay","no question",[]],"renamed":["place","no question",[]],"put back":["place, approve: yes, pay","no question",[]],"more behind it":["place, approve: yes, check, pay","no question",[]]}' "$(node run.mjs)"
