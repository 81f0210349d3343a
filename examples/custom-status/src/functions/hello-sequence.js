const { app } = require('@azure/functions');
const df = require('durable-functions');
const { setTimeout: delay } = require('node:timers/promises');

df.app.orchestration('E1_HelloSequence', function* (context) {
  const outputs = [];

  outputs.push(yield context.df.callActivity('E1_SayHello', 'Tokyo'));
  context.df.setCustomStatus('Tokyo');
  outputs.push(yield context.df.callActivity('E1_SayHello', 'Seattle'));
  context.df.setCustomStatus('Seattle');
  outputs.push(yield context.df.callActivity('E1_SayHello', 'London'));
  context.df.setCustomStatus('London');

  // returns ["Hello Tokyo!", "Hello Seattle!", "Hello London!"]
  return outputs;
});

df.app.activity('E1_SayHello', {
  handler: (name) => `Hello ${name}!`,
});

// Starts any orchestrator of the app and answers once its custom status is "London" (or it ended without).
app.http('HttpStart', {
  route: 'orchestrators/{functionName}',
  methods: ['POST'],
  extraInputs: [df.input.durableClient()],
  handler: async (request, context) => {
    const client = df.getClient(context);
    const body = await request.text();
    const instanceId = await client.startNew(request.params.functionName, { input: body === '' ? undefined : JSON.parse(body) });
    context.log(`Started orchestration with ID = '${instanceId}'.`);

    let status = await client.getStatus(instanceId);
    while (status.customStatus !== 'London' && !hasEnded(status)) {
      await delay(200);
      status = await client.getStatus(instanceId);
    }
    return { status: 200, jsonBody: status };
  },
});

function hasEnded(status) {
  return ['Completed', 'Failed', 'Terminated', 'Canceled'].includes(status.runtimeStatus);
}
