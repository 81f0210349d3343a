#!/usr/bin/env bash
# Guess: a second job with the jobKey of one that waits takes its place, payload and all (the mode is called replace): the newest data alone are worked on.
# Is: so it is with objects. Where both payloads are lists the job that is left has both, one behind the other, and what was to be replaced is done too.
source "$(dirname "$0")/support/graphile-worker.sh"
play '{"object":[{"mails":["new"]}],"list":[["old","new"]]}' "
  object: async (payload) => { log.push(payload); },
  list: async (payload) => { log.push(payload); }," <<'JS'
await add('object', { mails: ['old'] }, { jobKey: 'one' });
await add('object', { mails: ['new'] }, { jobKey: 'one' });
await add('list', ['old'], { jobKey: 'two' });
await add('list', ['new'], { jobKey: 'two' });
await begin();
await until(async () => (await jobs()).length === 0);
return { object: log.filter((payload) => !Array.isArray(payload)), list: log.filter((payload) => Array.isArray(payload)) };
JS
