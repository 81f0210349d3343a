#!/usr/bin/env bash
# Guess: creating a Cloudflare workflow under an id that is taken is refused in the local runner, as its reference says of ids, or starts the run
# anew, as a durable orchestration that has ended does.
# Is: neither. The call answers with the id as if it had created something; the new input goes nowhere, whether the first run has ended or goes on. Code
# that relies on the refusal to find requests that came twice never sees one on the developer's machine.
source "$(dirname "$0")/support/cloudflare-workflows.sh"
play '{"first":{"value":"order-1"},"again":{"value":"order-1"},"whileItRuns":{"value":"order-2"},"of":{"is":"complete","output":"chair"},"calls":["chair"]}' "
  async ship(input, step) { return step.do('ship', async () => { calls.push(input); return input; }); },
  async waits(input, step) { await step.waitForEvent('for', { type: 'paid', timeout: '1 hour' }); },
" <<'JS'
const first = await create('order-1', 'ship', 'chair');
await ended('order-1');
const again = await create('order-1', 'ship', 'desk');
await create('order-2', 'waits');
const whileItRuns = await create('order-2', 'ship', 'yacht');
await create('last', 'waits');
await status('last');
await new Promise((resolve) => setTimeout(resolve, 1000));
return { first, again, whileItRuns, of: await ended('order-1'), calls: await calls() };
JS
