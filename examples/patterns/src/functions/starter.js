const { app } = require('@azure/functions');
const df = require('durable-functions');

// POST /api/start/{functionName} starts any orchestrator of the app; with ?wait=true it answers with the output, if that comes soon.
app.http('Start', {
  route: 'start/{functionName}',
  methods: ['POST'],
  extraInputs: [df.input.durableClient()],
  handler: async (request, context) => {
    const client = df.getClient(context);
    const body = await request.text();
    const instanceId = await client.startNew(request.params.functionName, { input: body === '' ? undefined : JSON.parse(body) });
    if (request.query.get('wait') === 'true') return client.waitForCompletionOrCreateCheckStatusResponse(request, instanceId);
    return client.createCheckStatusResponse(request, instanceId);
  },
});
