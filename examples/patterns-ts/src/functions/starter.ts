import { app, type HttpRequest, type HttpResponse, type InvocationContext } from '@azure/functions';
import * as df from 'durable-functions';

/** POST /api/start/{functionName} starts any orchestrator of the app; with ?wait=true it answers with the output, if that comes soon. */
async function start(request: HttpRequest, context: InvocationContext): Promise<HttpResponse> {
  const functionName = request.params.functionName ?? '';
  const client = df.getClient(context);
  const body = await request.text();
  const instanceId = await client.startNew(functionName, { input: body === '' ? undefined : JSON.parse(body) });
  if (request.query.get('wait') === 'true') return client.waitForCompletionOrCreateCheckStatusResponse(request, instanceId);
  return client.createCheckStatusResponse(request, instanceId);
}

app.http('Start', {
  route: 'start/{functionName}',
  methods: ['POST'],
  extraInputs: [df.input.durableClient()],
  handler: start,
});
