#!/usr/bin/env bash
# Guess: what a step of a Cloudflare workflow throws is caught around it with its name: at least that of the platform's own NonRetryableError, since
# TypeError keeps its own.
# Is: only the names of the language get through. Every other error is an Error, its name written before its message, a NonRetryableError too,
# which is no instance of its class any more: a catch that looks at `name` or uses `instanceof` takes the way for unknown errors.
source "$(dirname "$0")/support/cloudflare-workflows.sh"
play '{"is":"complete","output":[["TypeError","no card",true],["Error","CardRefused: no card",false],["Error","NonRetryableError: no card",false]]}' "
  async shop(input, step) {
    class CardRefused extends Error { name = 'CardRefused'; }
    const seen = [];
    for (const Kind of [TypeError, CardRefused, NonRetryableError]) {
      try {
        await step.do('charge', { retries: { limit: 0, delay: 1 } }, async () => { throw new Kind('no card'); });
      } catch (error) {
        seen.push([error.name, error.message, error instanceof Kind]);
      }
    }
    return seen;
  },
" <<'JS'
await create('shop', 'shop');
return ended('shop');
JS
