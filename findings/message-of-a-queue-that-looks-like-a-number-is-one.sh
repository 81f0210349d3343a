#!/usr/bin/env bash
# Guess: a text message of a storage queue is that text in the handler, as it was sent: an order number can be the id of the instance that is started.
# Is (@azure/functions 4): what can be read as JSON is read as JSON, whatever the sender meant. An order number of 16 digits comes as another number,
# "12e3" as 12000, "null" as null, and "007" beside them as a text, since it is no JSON. No setting turns that off; the text that was sent is not
# in the trigger's metadata either.
source "$(dirname "$0")/support/functions-library.sh"
expected='[["9007199254740993","number","9007199254740992","9007199254740992"],["12e3","number","12000","12000"],'
expected+='["null","object","null","null"],["007","string","007","007"],["order-7","string","order-7","order-7"]]'
play "$expected" <<'JS'
app.storageQueue('orders', {
  queueName: 'orders',
  connection: 'AzureWebJobsStorage',
  handler: (message, { triggerMetadata }) => [typeof message, String(message), String(triggerMetadata.queueTrigger)],
});
const seen = [];
for (const string of ['9007199254740993', '12e3', 'null', '007', 'order-7']) {
  seen.push([string, ...(await invoke({ string }, { QueueTrigger: { string } }))]);
}
return seen;
JS
