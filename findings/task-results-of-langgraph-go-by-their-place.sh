#!/usr/bin/env bash
# Guess: in LangGraph's functional API a task whose result is kept is known by its name and input: an entrypoint that is resumed after a question, and leaves
# out an order that was cancelled meanwhile, is given the results of the orders that are left; or it is told that the code went another way.
# Is: the results are handed out by place. Orders 2 and 3 are given the receipts of 1 and 2, nothing is charged again and nothing says so.
source "$(dirname "$0")/support/node.sh"
cd "$work"
npm install --no-audit --no-fund --silent --ignore-scripts @langchain/langgraph@1.7.3 @langchain/core@1.4.0 >&2
cat > run.mjs <<'JS'
import { Command, entrypoint, interrupt, MemorySaver, task } from '@langchain/langgraph';
const log = [];
const charge = task('charge', async (order) => {
  log.push(order);
  return `receipt of ${order}`;
});
const cancelled = new Set();
const flow = entrypoint({ name: 'orders', checkpointer: new MemorySaver() }, async (orders) => {
  const receipts = {};
  for (const order of orders.filter((each) => !cancelled.has(each))) receipts[order] = await charge(order);
  interrupt('Shall they be sent?');
  return receipts;
});
const config = { configurable: { thread_id: 'one' } };
await flow.invoke([1, 2, 3], config);
cancelled.add(1);
const receipts = await flow.invoke(new Command({ resume: 'yes' }), config);
process.stdout.write(JSON.stringify({ charged: log, receipts }), () => process.exit(0));
JS
echo 'versions: @langchain/langgraph 1.7.3, @langchain/core 1.4.0 (npm)'
expect_seen '{"charged":[1,2,3],"receipts":{"2":"receipt of 1","3":"receipt of 2"}}' "$("$node" run.mjs)"
