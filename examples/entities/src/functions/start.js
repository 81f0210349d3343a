const { app } = require('@azure/functions');
const df = require('durable-functions');

// GET or POST /api/counter/{key}/{operation}: signals the counter; with the operation "state" it shows the value.
app.http('UseCounter', {
  route: 'counter/{key}/{operation}',
  methods: ['GET', 'POST'],
  extraInputs: [df.input.durableClient()],
  handler: async (request, context) => {
    const client = df.getClient(context);
    const { key, operation } = request.params;
    const counter = new df.EntityId('Counter', key);
    if (operation === 'state') {
      const { entityExists, entityState } = await client.readEntityState(counter);
      return { status: entityExists ? 200 : 404, jsonBody: entityState };
    }
    const text = await request.text();
    await client.signalEntity(counter, operation, text === '' ? undefined : JSON.parse(text));
    return { status: 202 };
  },
});
