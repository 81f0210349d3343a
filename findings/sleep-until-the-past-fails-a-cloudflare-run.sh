#!/usr/bin/env bash
# Guess: a Cloudflare workflow that sleeps until a moment which has gone by (a deadline out of its input, a reminder a day before something that is
# tomorrow morning) goes on at once, as a durable timer in the past fires at once, and as its own sleep of no or of less than no time does.
# Is: step.sleepUntil throws, and the run ends as errored, unless the code catches it. The runs that come late, after an outage or for an old order, fail.
source "$(dirname "$0")/support/cloudflare-workflows.sh"
play '{"zero":{"is":"complete","output":"on"},"less":{"is":"complete","output":"on"},"past":"errored","caught":{"is":"complete","output":"on, late"}}' "
  async sleeps(length, step) { await step.sleep('for', length); return 'on'; },
  async until(moment, step) { await step.sleepUntil('until', Date.now() + moment); return 'on'; },
  async guarded(moment, step) {
    try { await step.sleepUntil('until', Date.now() + moment); } catch { return 'on, late'; }
    return 'on';
  },
" <<'JS'
await create('zero', 'sleeps', 0);
await create('less', 'sleeps', -5000);
await create('past', 'until', -1000);
await create('caught', 'guarded', -1000);
return { zero: await ended('zero'), less: await ended('less'), past: (await ended('past')).is, caught: await ended('caught') };
JS
