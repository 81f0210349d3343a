#!/usr/bin/env bash
# Guess: pg-boss refuses a job for a queue that nobody has created (a name with a slip in it) with an error, or creates the queue, as a storage queue's
# client and a start of an unknown orchestrator are answered.
# Is: send resolves with null and nothing is kept: a queue that is created a moment later is empty. insert of many jobs resolves just so.
source "$(dirname "$0")/support/pg-boss.sh"
play '{"sent":null,"inserted":"nothing thrown","afterwards":[],"later":[{"n":3}]}' <<'JS'
const sent = await boss.send('paymnets', { n: 1 });
const inserted = await boss.insert([{ name: 'paymnets', data: { n: 2 } }]).then(() => 'nothing thrown', (error) => error.message);
await boss.createQueue('paymnets');
const afterwards = await fetched('paymnets');
await boss.send('paymnets', { n: 3 });
return { sent, inserted, afterwards, later: await fetched('paymnets') };
JS
