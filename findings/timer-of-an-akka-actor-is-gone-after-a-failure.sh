#!/usr/bin/env bash
# Guess: a persistent actor of Akka.NET sets a timer (IWithTimers) for an order's deadline. A later command throws, the supervisor restarts the actor in the
# same process, with its events, its mailbox and its address: the deadline comes as well, as a durable timer comes whatever an activity does.
# Is: a restart cancels the timers of the actor, and nothing sets them again, for events are taken in without what was done when they were new. The order has
# everything but its deadline, and waits for ever. A message by the system's scheduler, set in the same place, does come.
. "$(dirname "$0")/support/akka-persistence.sh"
cat > Order.cs <<'CS'
using Akka.Actor;
using Akka.Persistence;
public class Order : ReceivePersistentActor, IWithTimers
{
    public static readonly System.Collections.Concurrent.ConcurrentQueue<string> Log = new();
    private readonly List<string> state = new();
    public ITimerScheduler Timers { get; set; } = null!;
    public override string PersistenceId { get; }
    public Order() : this("order") { }
    public Order(string id)
    {
        PersistenceId = id;
        Recover<string>(state.Add);
        Command<string>(command => command == "place", _ => Persist("placed", placed =>
        {
            state.Add(placed);
            Timers.StartSingleTimer("deadline", "deadline", TimeSpan.FromSeconds(3));
            Context.System.Scheduler.ScheduleTellOnce(TimeSpan.FromSeconds(6), Self, "scheduled", Self);
        }));
        Command<string>(command => command == "fail", _ => throw new InvalidOperationException("no answer"));
        Command<string>(_ => true, text => Log.Enqueue($"{text} ({string.Join(" ", state)})"));
    }
}
CS
play 'with a failure: tell (placed), scheduled (placed); without: deadline (placed), scheduled (placed)' <<'CS'
async Task<string> log(IActorRef order, params string[] commands)
{
    Order.Log.Clear();
    foreach (string command in commands) order.Tell(command);
    await logged("scheduled (placed)");
    return string.Join(", ", Order.Log);
}
string failed = await log(order, "place", "fail", "tell");
IActorRef other = system.ActorOf(Props.Create(() => new Order("other")));
seen = $"with a failure: {failed}; without: {await log(other, "place")}";
CS
