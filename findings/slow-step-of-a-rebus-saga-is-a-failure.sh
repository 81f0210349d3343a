#!/usr/bin/env bash
# Guess: messages that come for one Rebus saga at one time wait for each other, or are tried again until each has been taken in, as events of one
# instance are: a charge that takes a second is kept, however many small messages the saga gets meanwhile. Only what throws goes to the error queue.
# Is: who saves first wins. The slow handler has charged the card, finds the saga changed, and runs again from the beginning; each such try counts as a
# failed one, and after five of them the message is in the error queue, though nothing ever failed: five charges, none of them in the saga.
. "$(dirname "$0")/support/rebus.sh"
play 'charged 5 times, kept 0, small ones kept 5; in the error queue: Charge, ConcurrencyException' <<'CS'
await bus.SendLocal(new Placed("A"));
await saga("A", data => data.Revision == 0);
await bus.SendLocal(new Charge("A"));
for (int i = 1; i <= 5; i++)
{
    await Order.Charging.WaitAsync(limit.Token);
    await bus.SendLocal(new Small("A"));
    await saga("A", data => data.Small == i);
    Order.Charged.Release();
}
var (message, reason) = await failed();
var end = await saga("A", _ => true);
seen = $"charged {Order.Charges} times, kept {end.Charges}, small ones kept {end.Small}; in the error queue: {message}, {reason}";
CS
