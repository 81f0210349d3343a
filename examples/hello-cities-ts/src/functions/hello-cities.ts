import { app, type HttpRequest, type HttpResponse, type InvocationContext } from '@azure/functions';
import * as df from 'durable-functions';
import type { OrchestrationContext, OrchestrationHandler } from 'durable-functions';

const helloCities: OrchestrationHandler = function* (context: OrchestrationContext) {
  const outputs: string[] = [];
  outputs.push(yield context.df.callActivity('SayHello', 'Tokyo'));
  outputs.push(yield context.df.callActivity('SayHello', 'Seattle'));
  outputs.push(yield context.df.callActivity('SayHello', 'London'));

  // returns ["Hello Tokyo!", "Hello Seattle!", "Hello London!"]
  return outputs;
};
df.app.orchestration('HelloCities', helloCities);

df.app.activity('SayHello', {
  handler: (city: string): string => `Hello ${city}!`,
});

app.http('StartHelloCities', {
  route: 'hello-cities',
  methods: ['POST'],
  extraInputs: [df.input.durableClient()],
  handler: async (request: HttpRequest, context: InvocationContext): Promise<HttpResponse> => {
    const client = df.getClient(context);
    const instanceId = await client.startNew('HelloCities');
    context.log(`Started orchestration with ID = '${instanceId}'.`);
    return client.createCheckStatusResponse(request, instanceId);
  },
});
