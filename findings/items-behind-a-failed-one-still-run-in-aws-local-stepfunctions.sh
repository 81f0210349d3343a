#!/usr/bin/env bash
# Guess: in aws-local-stepfunctions, which runs Amazon's States Language in a process, a Map with MaxConcurrency 1 whose first order cannot be charged ends
# there: its Catch refunds, and the other two orders, which have not begun, are not charged, as in the service.
# Is: the Catch runs and the execution ends, and behind that the other two are charged one after the other. A test that looks at what was called as soon
# as the result is there sees one charge; one that looks later sees three.
source "$(dirname "$0")/support/node.sh"
cd "$work"
need_node '"withResolvers" in Promise'
npm install --no-audit --no-fund --silent --ignore-scripts aws-local-stepfunctions@3.0.0 >&2
cat > run.cjs <<'JS'
const { StateMachine } = require('aws-local-stepfunctions');
const log = [];
const task = (more) => ({ Type: 'Task', Resource: 'arn:aws:lambda:us-east-1:123456789012:function:F', ...more });
const machine = new StateMachine({
  StartAt: 'Orders',
  States: {
    Orders: {
      Type: 'Map',
      MaxConcurrency: 1,
      ItemProcessor: { StartAt: 'Charge', States: { Charge: task({ End: true }) } },
      Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Refund' }],
      End: true,
    },
    Refund: task({ End: true }),
  },
});
const later = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
let lookedAtEnd = () => undefined;
const untilLooked = new Promise((resolve) => (lookedAtEnd = resolve));
const taskResourceLocalHandlers = {
  Charge: async (order) => {
    if (order > 1) await untilLooked;
    log.push(`charge ${order}`);
    if (order === 1) throw new Error('no cover');
  },
  Refund: async ({ Cause }) => {
    log.push(`refund: ${Cause}`);
    return 'refunded';
  },
};
(async () => {
  const result = await machine.run([1, 2, 3], { overrides: { taskResourceLocalHandlers } }).result;
  const atEnd = [...log];
  lookedAtEnd();
  for (let turns = 0; log.length < 4 && turns < 100; turns++) await later(100);
  console.log(JSON.stringify({ result, atEnd, behind: log.slice(atEnd.length) }));
})();
JS
echo 'versions: aws-local-stepfunctions 3.0.0 (npm)'
expect_seen '{"result":"refunded","atEnd":["charge 1","refund: no cover"],"behind":["charge 2","charge 3"]}' "$("$node" run.cjs)"
