#!/usr/bin/env bash
# Guess: Temporal's replay of a history, the test that new code is held against before it is deployed, finds that two calls of one activity have changed
# places and that one asks for another amount: the history has both inputs. A workflow that now returns something else is found as well.
# Is: all of it replays. Calls are told apart by their type and place alone: the code that calls for Bert first is given Anna's receipt for him, an amount
# of 9,999 in place of 10 has the old answer, and what the workflow returns is not looked at. Another activity in their place is found.
source "$(dirname "$0")/support/node.sh"
cd "$work"
npm install --no-audit --no-fund --silent @temporalio/worker@1.24.0 @temporalio/workflow@1.24.0 >&2
flow() {
  echo "const { proxyActivities } = require('@temporalio/workflow');
    const { charge, mail } = proxyActivities({ startToCloseTimeout: '1 minute' });
    exports.order = async () => { $2 };" > "$1.cjs"
}
# `swapped` would ask for a mail, which the history has not, if Bert were given any other receipt.
flow same 'const [anna, bert] = await Promise.all([charge("Anna", 10), charge("Bert", 20)]); return { anna, bert };'
flow swapped 'const [bert, anna] = await Promise.all([charge("Bert", 20), charge("Anna", 9999)]); if (bert !== "receipt of Anna") await mail(bert); return { anna, bert };'
flow result 'await Promise.all([charge("Anna", 10), charge("Bert", 20)]); return "nothing of the kind";'
flow other 'await mail("Anna");'
cat > run.cjs <<'JS'
const { DefaultLogger, Runtime, Worker } = require('@temporalio/worker');
Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging: { filter: 'off', forward: {} } } });
const base64 = (text) => Buffer.from(text).toString('base64');
const payloads = (...values) => ({
  payloads: values.map((value) => ({ metadata: { encoding: base64('json/plain') }, data: base64(JSON.stringify(value)) })),
});
const event = (type, attributes) => ({ eventType: `EVENT_TYPE_${type}`, [attributesOf(type)]: attributes });
const attributesOf = (type) => `${type.toLowerCase().replace(/_(.)/g, (_, letter) => letter.toUpperCase())}EventAttributes`;
const taskQueue = { name: 'orders' };
const step = (scheduled) => [
  event('WORKFLOW_TASK_SCHEDULED', { taskQueue, startToCloseTimeout: '10s', attempt: 1 }),
  event('WORKFLOW_TASK_STARTED', { scheduledEventId: String(scheduled) }),
  event('WORKFLOW_TASK_COMPLETED', { scheduledEventId: String(scheduled), startedEventId: String(scheduled + 1) }),
];
const scheduled = (activityId, ...input) =>
  event('ACTIVITY_TASK_SCHEDULED', {
    activityId,
    activityType: { name: 'charge' },
    taskQueue,
    input: payloads(...input),
    startToCloseTimeout: '60s',
    workflowTaskCompletedEventId: '4',
  });
const done = (scheduledEventId, startedEventId, result) => [
  event('ACTIVITY_TASK_STARTED', { scheduledEventId, attempt: 1 }),
  event('ACTIVITY_TASK_COMPLETED', { scheduledEventId, startedEventId, result: payloads(result) }),
];
const history = {
  events: [
    event('WORKFLOW_EXECUTION_STARTED', {
      workflowType: { name: 'order' },
      taskQueue,
      originalExecutionRunId: 'run',
      firstExecutionRunId: 'run',
      attempt: 1,
      workflowTaskTimeout: '10s',
    }),
    ...step(2),
    scheduled('1', 'Anna', 10),
    scheduled('2', 'Bert', 20),
    ...done('5', '7', 'receipt of Anna'),
    ...done('6', '9', 'receipt of Bert'),
    ...step(11),
    event('WORKFLOW_EXECUTION_COMPLETED', {
      result: payloads({ anna: 'receipt of Anna', bert: 'receipt of Bert' }),
      workflowTaskCompletedEventId: '13',
    }),
  ].map((each, index) => ({ ...each, eventId: String(index + 1), eventTime: new Date(1.76e12 + index * 1000).toISOString() })),
};
(async () => {
  const seen = {};
  for (const name of ['same', 'swapped', 'result', 'other']) {
    const replayed = Worker.runReplayHistory({ workflowsPath: require.resolve(`./${name}.cjs`) }, history, 'order-1');
    seen[name] = await replayed.then(() => 'replays', (error) => error.constructor.name);
  }
  process.stdout.write(JSON.stringify(seen), () => process.exit(0));
})();
JS
echo 'versions: @temporalio/worker 1.24.0 (npm)'
expect_seen '{"same":"replays","swapped":"replays","result":"replays","other":"DeterminismViolationError"}' "$("$node" run.cjs 2> /dev/null | tail -1 | grep -o '{"same.*')"
