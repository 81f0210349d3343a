#!/usr/bin/env bash
# Guess: a persistent actor of Akka.NET keeps two events for one command, "paid" and "shipped", and does in the callback of each what belongs to it; the first
# callback throws. Then the second event is not kept either, or its callback runs when the actor is back: what is in the journal has been done.
# Is: both are in the journal at once. The actor begins anew and takes them in as past events, which calls no callback: its state says "shipped", and nothing
# was ever shipped, nor is the command given again. The next command meets that state.
. "$(dirname "$0")/support/akka-persistence.sh"
cat > Order.cs <<'CS'
using Akka.Persistence;
public class Order : ReceivePersistentActor
{
    public static readonly System.Collections.Concurrent.ConcurrentQueue<string> Log = new();
    private readonly List<string> state = new();
    public override string PersistenceId => "order";
    public Order()
    {
        Recover<string>(state.Add);
        Command<string>(command => command == "pay", _ => PersistAll(["paid", "shipped"], done =>
        {
            Log.Enqueue("doing " + done);
            if (done == "paid") throw new InvalidOperationException("no answer");
            state.Add(done);
        }));
        Command<string>(command => command == "tell", _ => Log.Enqueue($"state: {string.Join(" ", state)}"));
    }
}
CS
play 'doing paid, state: paid shipped' <<'CS'
order.Tell("pay");
order.Tell("tell");
await logged("state: paid shipped");
seen = string.Join(", ", Order.Log);
CS
