#!/usr/bin/env bash
# Guess: a handler of a Restate object that sets its state, sends a message and then fails for good (TerminalError) has done nothing of it, as an
# operation of a durable entity that throws leaves the entity as it was and sends nothing.
# Is: there is no way back. What was set before the failure is the object's state from then on, and what was sent is sent: the caller who is told that
# the withdrawal was refused, and tries it again, is charged for both. Half of a change stands where the code threw between two `set`s.
source "$(dirname "$0")/support/restate.sh"
play '{"refused":true,"again":true,"balance":40,"entries":null,"log":["receipt for 30","receipt for 30"]}' "
  async receipt(ctx, amount) { log.push('receipt for ' + amount); }," "
  async open(ctx, amount) { ctx.set('balance', amount); },
  async withdraw(ctx, amount) {
    ctx.set('balance', (await ctx.get('balance')) - amount);
    ctx.serviceSendClient(service).receipt(amount);
    await ctx.run('note', () => { throw new restate.TerminalError('refused'); });
    ctx.set('entries', 1);
  },
  async read(ctx) { return { balance: await ctx.get('balance'), entries: await ctx.get('entries') }; }," <<'JS'
await of('account').open(100);
const withdrawn = () => of('account').withdraw(30).then(() => false, (error) => error.message.includes('refused'));
const [refused, again] = [await withdrawn(), await withdrawn()];
while (log.length < 2) await later(20);
return { refused, again, ...(await of('account').read()), log };
JS
