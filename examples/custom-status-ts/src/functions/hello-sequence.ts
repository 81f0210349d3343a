import { app, type HttpRequest, type HttpResponseInit, type InvocationContext } from '@azure/functions';
import * as df from 'durable-functions';
import type { DurableOrchestrationStatus, OrchestrationContext, OrchestrationHandler } from 'durable-functions';
import { setTimeout as delay } from 'node:timers/promises';

const helloSequence: OrchestrationHandler = function* (context: OrchestrationContext) {
  const outputs: string[] = [];

  outputs.push(yield context.df.callActivity('E1_SayHello', 'Tokyo'));
  context.df.setCustomStatus('Tokyo');
  outputs.push(yield context.df.callActivity('E1_SayHello', 'Seattle'));
  context.df.setCustomStatus('Seattle');
  outputs.push(yield context.df.callActivity('E1_SayHello', 'London'));
  context.df.setCustomStatus('London');

  // returns ["Hello Tokyo!", "Hello Seattle!", "Hello London!"]
  return outputs;
};
df.app.orchestration('E1_HelloSequence', helloSequence);

df.app.activity('E1_SayHello', {
  handler: (name: string): string => `Hello ${name}!`,
});

/** Starts any orchestrator of the app and answers once its custom status is "London" (or it ended without). */
async function startAndWaitForLondon(request: HttpRequest, context: InvocationContext): Promise<HttpResponseInit> {
  const functionName = request.params.functionName;
  if (functionName === undefined) return { status: 400, body: 'The route names no function.' };
  const client = df.getClient(context);
  const body = await request.text();
  const instanceId = await client.startNew(functionName, { input: body === '' ? undefined : JSON.parse(body) });
  context.log(`Started orchestration with ID = '${instanceId}'.`);

  let status = await client.getStatus(instanceId);
  while (status.customStatus !== 'London' && !hasEnded(status)) {
    await delay(200);
    status = await client.getStatus(instanceId);
  }
  return { status: 200, jsonBody: status };
}

app.http('HttpStart', {
  route: 'orchestrators/{functionName}',
  methods: ['POST'],
  extraInputs: [df.input.durableClient()],
  handler: startAndWaitForLondon,
});

function hasEnded(status: DurableOrchestrationStatus): boolean {
  return ['Completed', 'Failed', 'Terminated', 'Canceled'].includes(status.runtimeStatus);
}
