#!/usr/bin/env bash
# Guess: what `context.triggerMetadata` has of a message is what the message has: an event's data is the same there as in the event.
# Is (@azure/functions 4): every name in it begins with a small letter, at any depth, those of the sender's own data too: `OrderId` of the event is
# `orderId` in the metadata, and of two names that differ in that letter alone one is gone.
source "$(dirname "$0")/support/functions-library.sh"
expected='{"event":{"OrderId":"A","Lines":[{"Sku":"x"}],"SKUs":{"A1":1,"a1":2}},"metadata":{"orderId":"A","lines":[{"sku":"x"}],"sKUs":{"a1":2}}}'
play "$expected" <<'JS'
app.eventGrid('ordered', { handler: ({ data }, { triggerMetadata }) => ({ event: data, metadata: triggerMetadata.data }) });
const data = { OrderId: 'A', Lines: [{ Sku: 'x' }], SKUs: { A1: 1, a1: 2 } };
return invoke({ json: JSON.stringify({ id: '1', data }) }, { data: { json: JSON.stringify(data) } });
JS
