#!/usr/bin/env bash
# Guess: two jobs sent to pg-boss with the same singletonKey are one, as two starts with one instance id are in Durable Functions.
# Is: in a queue as it is created both wait and both run: the key alone does nothing. With a policy of the queue it holds as long as the policy says:
# "short" until the first is taken up, so that a third is taken while the first runs.
source "$(dirname "$0")/support/pg-boss.sh"
play '{"standard":[true,true],"waiting":2,"short":[true,false],"whileTheFirstRuns":true}' <<'JS'
const send = async (queue) => (await boss.send(queue, {}, { singletonKey: 'order-7' })) !== null;
await boss.createQueue('standard');
const standard = [await send('standard'), await send('standard')];
const waiting = (await fetched('standard')).length;
await boss.createQueue('short', { policy: 'short' });
const short = [await send('short'), await send('short')];
await boss.fetch('short');
return { standard, waiting, short, whileTheFirstRuns: await send('short') };
JS
