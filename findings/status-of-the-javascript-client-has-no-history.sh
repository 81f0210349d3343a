#!/usr/bin/env bash
# Guess: client.getStatus(id, { showHistory: true, showInput: false }) of durable-functions for JavaScript gives the history, and not the input.
# Is: the other way round. The history comes over the wire as historyEvents, as the management API calls it, and the client looks for `history`,
# so that it is undefined; a false showInput is not sent, and the API's default is to show it, so that the input
# comes along. Only the management API itself gives what was meant.
# The real client, against a server that answers as the documentation of the management API has it. Nothing of Durascope takes part.
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --no-audit --no-fund --silent durable-functions@3.5.0 @azure/functions@4.16.5 >&2
cat > run.cjs <<'JS'
const df = require('durable-functions');
const { createServer } = require('node:http');
let query;
const server = createServer((request, response) => {
  query = new URL(request.url, 'http://localhost').searchParams;
  const answer = {
    name: 'Order',
    instanceId: 'order-1',
    runtimeStatus: 'Completed',
    input: query.get('showInput') === 'false' ? null : 'twelve books',
    customStatus: null,
    output: 'paid',
    createdTime: '2026-01-01T00:00:00Z',
    lastUpdatedTime: '2026-01-01T00:00:01Z',
  };
  if (query.get('showHistory') === 'true') answer.historyEvents = [{ EventType: 'ExecutionStarted', FunctionName: 'Order' }];
  response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
});
server.listen(0, '127.0.0.1', async () => {
  const rpcBaseUrl = `http://127.0.0.1:${server.address().port}/runtime/webhooks/durabletask/`;
  const at = (names) => Object.fromEntries(names.map((name) => [name, `${rpcBaseUrl}instances/INSTANCEID`]));
  // What the host hands to a durable client's binding.
  const binding = {
    taskHubName: 'Hub',
    rpcBaseUrl,
    baseUrl: rpcBaseUrl,
    requiredQueryStringParameters: 'code=key',
    creationUrls: at(['createNewInstancePostUri', 'createAndWaitOnNewInstancePostUri']),
    managementUrls: {
      id: 'INSTANCEID',
      ...at(['statusQueryGetUri', 'sendEventPostUri', 'terminatePostUri', 'rewindPostUri', 'purgeHistoryDeleteUri', 'suspendPostUri', 'resumePostUri']),
    },
  };
  const context = { options: { extraInputs: [df.input.durableClient()] }, extraInputs: { get: () => binding } };
  const status = await df.getClient(context).getStatus('order-1', { showHistory: true, showInput: false });
  const seen = { historyWasAskedFor: query.get('showHistory'), history: String(status.history), input: status.input };
  process.stdout.write(JSON.stringify(seen));
  server.close();
});
JS
echo 'versions: durable-functions 3.5.0, @azure/functions 4.16.5 (npm)'
expected='{"historyWasAskedFor":"true","history":"undefined","input":"twelve books"}'
seen="$(node run.cjs)"
echo "seen: $seen"
[ "$seen" = "$expected" ] || { echo "changed: expected $expected"; exit 1; }
