#!/usr/bin/env bash
# Guess: a Durably job that calls step.run('page', …) in a loop fetches each page: the store numbers the steps, and a name is for people to read. Or
# the second use of the name is refused.
# Is: the name is the key. The first page is given for all of them, nothing says so, and a loop "until the page is empty" never ends. A step that
# gives a Date gives it as such in the life that made it, and as text after a restart.
source "$(dirname "$0")/support/durably.sh"
play '{"pages":["page 0","page 0","page 0"],"fetched":1,"kinds":["Date","string"]}' <<'JS'
let [life, fetched] = [1, 0];
const kinds = [];
const fetch = job(async (step) => {
  const pages = [];
  for (let page = 0; page < 3; page++) pages.push(await step.run('page', () => `page ${(fetched++, page)}`));
  const since = await step.run('since', () => new Date(0));
  kinds.push(since instanceof Date ? 'Date' : typeof since);
  if (life === 1) await new Promise(() => {});
  return pages;
});
const first = await open(fetch);
const { id } = await first.jobs.job.trigger({});
while (kinds.length === 0) await later(20);
life = 2;
const second = await open(fetch);
const { output } = await second.waitForRun(id, { timeout: 60_000 });
return { pages: output, fetched, kinds };
JS
