#!/usr/bin/env bash
# Guess: a Restate invocation that is cancelled while a step under ctx.run charges a card hears of it when the step is over (the charge is a thing
# of the log then), or the step is told to stop; what the catch block undoes comes after the charge either way.
# Is: the catch block has the cancellation at once, while the step runs on. The refund is made and the handler has ended when the card is charged, and
# the step's result goes nowhere: the money is gone, with a compensation that has run in full. The signal that a step can listen to is set only
# when the handler has ended, behind the refund.
source "$(dirname "$0")/support/restate.sh"
play '{"cancelled":202,"log":["charging","caught: Cancelled","refunded","ended","told to stop","charged"]}' "
  async order(ctx) {
    try {
      await ctx.run('charge', async () => {
        log.push('charging');
        ctx.request().attemptCompletedSignal.addEventListener('abort', () => log.push('told to stop'));
        await later(4000);
        log.push('charged');
      });
    } catch (error) {
      log.push('caught: ' + error.message);
      await ctx.run('refund', () => { log.push('refunded'); });
      log.push('ended');
    }
  }," <<'JS'
const { invocationId } = await send.order();
while (!log.length) await later(20);
const cancelled = await cancel(invocationId);
while (!log.includes('charged')) await later(20);
return { cancelled, log };
JS
