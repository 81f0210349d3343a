#!/usr/bin/env bash
# Guess: a request to Restate that failed for good (TerminalError) can be sent again under its idempotency key, as an orchestration that failed can be started
# again under its id; a key holds results back from being made twice, and there is none.
# Is: the failure is the result. The second request, with a card that is good, is told that the card is refused, and the handler is not called; so it is with
# one that was cancelled. Another key lets the order through.
source "$(dirname "$0")/support/restate.sh"
play '{"bad":"card refused","good":"card refused","cancelled":"cancelled","afterwards":"cancelled","otherKey":"paid by good","log":["bad","slow","good"]}' "
  async pay(ctx, card) {
    await ctx.run('charge', () => { log.push(card); });
    if (card === 'bad') throw new restate.TerminalError('card refused');
    if (card === 'slow') await ctx.sleep(60_000);
    return 'paid by ' + card;
  }," <<'JS'
const { rpc } = await import('@restatedev/restate-sdk-clients');
const told = (error) => JSON.parse(error.message.slice(error.message.indexOf('{'))).message.toLowerCase();
const pay = (card, idempotencyKey) => client.pay(card, rpc.opts({ idempotencyKey })).catch(told);
const [bad, good] = [await pay('bad', 'order 1'), await pay('good', 'order 1')];
const { invocationId } = await send.pay('slow', rpc.sendOpts({ idempotencyKey: 'order 2' }));
while (!log.includes('slow')) await later(20);
await cancel(invocationId);
const [cancelled, afterwards] = [await pay('slow', 'order 2'), await pay('good', 'order 2')];
return { bad, good, cancelled, afterwards, otherKey: await pay('good', 'order 3'), log };
JS
