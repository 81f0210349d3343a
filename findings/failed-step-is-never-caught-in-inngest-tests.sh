#!/usr/bin/env bash
# Guess: in the test engine of Inngest, a step that throws, or a mock of it that does, reaches the catch block around it, so that a compensation can
# be tested; a step with retries left is tried again.
# Is: the first throw of a step ends the whole execution with its error, with four retries left, and no catch block runs. A mock that throws gives
# neither: the code sees a step that returned nothing and goes its good path. The way of a failure cannot be seen in such a test.
# Needs Node.js 20 or later and npm. Nothing of Durascope takes part.
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --no-audit --no-fund --silent inngest@4.24.0 @inngest/test@1.0.0 >&2
cat > run.cjs <<'JS'
const { Inngest } = require('inngest');
const { InngestTestEngine } = require('@inngest/test');
const silent = () => {};
const client = new Inngest({ id: 'shop', isDev: true, logger: { info: silent, warn: silent, error: silent, debug: silent } });
const declined = () => {
  throw new Error('declined');
};
let charged = 0;
const order = client.createFunction({ id: 'order', retries: 4, triggers: [{ event: 'ordered' }] }, async ({ step }) => {
  try {
    const receipt = await step.run('charge', () => {
      charged += 1;
      return declined();
    });
    return { receipt: receipt ?? 'nothing' };
  } catch (error) {
    return { compensated: error.message };
  }
});
const seen = async (options) => {
  const { result, error } = await new InngestTestEngine({ function: order, ...options }).execute();
  return { result: result ?? null, error: error?.message ?? null };
};
(async () => {
  const real = await seen({});
  const mocked = await seen({ steps: [{ id: 'charge', handler: declined }] });
  process.stdout.write(JSON.stringify({ real, charged, mocked }), () => process.exit(0));
})();
JS
echo 'versions: inngest 4.24.0, @inngest/test 1.0.0 (npm)'
seen="$(node run.cjs)"
echo "seen: $seen"
expected='{"real":{"result":null,"error":"declined"},"charged":1,"mocked":{"result":{"receipt":"nothing"},"error":null}}'
[ "$seen" = "$expected" ] || { echo "changed: expected $expected"; exit 1; }
