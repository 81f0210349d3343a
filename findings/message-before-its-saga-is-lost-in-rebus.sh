#!/usr/bin/env bash
# Guess: a message for a Rebus saga that is not there yet (the payment was quicker than the order) is kept for it, as an early event of a durable
# instance is, or it fails and lies in the error queue after its tries.
# Is: it counts as done. The handler is not called, nothing throws, the queue and the error queue are empty, and the order that comes a moment later
# waits for its payment for ever.
. "$(dirname "$0")/support/rebus.sh"
play 'early: handled 0, queue 0, error queue 0; then placed: handled 0; a second one: handled 1' <<'CS'
string queues() => $"queue {network.GetCount("orders")}, error queue {network.GetCount("error")}";
await bus.SendLocal(new Small("A"));
await bus.SendLocal(new Placed("other"));
await saga("other", _ => true);
string early = $"early: handled {Order.Smalls}, {queues()}";
await bus.SendLocal(new Placed("A"));
await saga("A", _ => true);
await bus.SendLocal(new Placed("last"));
await saga("last", _ => true);
string placed = $"then placed: handled {Order.Smalls}";
await bus.SendLocal(new Small("A"));
await saga("A", data => data.Small == 1);
seen = $"{early}; {placed}; a second one: handled {Order.Smalls}";
CS
