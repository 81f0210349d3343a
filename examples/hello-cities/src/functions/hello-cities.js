const { app } = require('@azure/functions');
const df = require('durable-functions');

df.app.orchestration('HelloCities', function* (context) {
  const outputs = [];
  outputs.push(yield context.df.callActivity('SayHello', 'Tokyo'));
  outputs.push(yield context.df.callActivity('SayHello', 'Seattle'));
  outputs.push(yield context.df.callActivity('SayHello', 'London'));

  // returns ["Hello Tokyo!", "Hello Seattle!", "Hello London!"]
  return outputs;
});

df.app.activity('SayHello', {
  handler: (city) => `Hello ${city}!`,
});

app.http('StartHelloCities', {
  route: 'hello-cities',
  methods: ['POST'],
  extraInputs: [df.input.durableClient()],
  handler: async (request, context) => {
    const client = df.getClient(context);
    const instanceId = await client.startNew('HelloCities');
    context.log(`Started orchestration with ID = '${instanceId}'.`);
    return client.createCheckStatusResponse(request, instanceId);
  },
});
