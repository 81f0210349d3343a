const df = require('durable-functions');
const { setTimeout: delay } = require('node:timers/promises');

// Starts any orchestrator of the app and answers once its custom status is "London" (or it ended without).
module.exports = async function (context, req) {
  const client = df.getClient(context);
  const instanceId = await client.startNew(req.params.functionName, undefined, req.body);
  context.log(`Started orchestration with ID = '${instanceId}'.`);

  let status = await client.getStatus(instanceId);
  while (status.customStatus !== 'London' && !hasEnded(status)) {
    await delay(200);
    status = await client.getStatus(instanceId);
  }
  return { status: 200, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(status) };
};

function hasEnded(status) {
  return ['Completed', 'Failed', 'Terminated', 'Canceled'].includes(status.runtimeStatus);
}
