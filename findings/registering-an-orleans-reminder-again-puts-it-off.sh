#!/usr/bin/env bash
# Guess: a grain of Orleans registers its reminder (every five seconds) whenever it is asked for something, as the name RegisterOrUpdateReminder
# allows; a reminder that is there with the same times goes on as it was. A tick whose handler throws is given again soon, as a message of a queue is.
# Is: each registration begins anew: a grain that is asked for something every second is never reminded. And a tick that threw is over: the next one
# comes at its own time, which is a day later for a daily reminder.
. "$(dirname "$0")/support/dotnet.sh"
project Microsoft.Orleans.Server 10.4.2 Microsoft.Orleans.Reminders 10.4.2 Microsoft.Orleans.TestingHost 10.4.2
cat > Program.cs <<'CS'
using System.Collections.Concurrent;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Runtime;
using Orleans.TestingHost;
InProcessTestClusterBuilder builder = new(1);
builder.ConfigureSilo((_, silo) => silo
    .UseInMemoryReminderService()
    .Configure<ReminderOptions>(options => options.MinimumReminderPeriod = TimeSpan.FromSeconds(1)));
await using InProcessTestCluster cluster = builder.Build();
await cluster.DeployAsync();
IOrder quiet = cluster.Client.GetGrain<IOrder>("quiet"), busy = cluster.Client.GetGrain<IOrder>("busy");
await quiet.Ask();
for (int second = 0; second < 14; second++)
{
    await busy.Ask();
    await Task.Delay(1000);
}
DateTime[] ticks = Order.Ticks["quiet"].ToArray();
double pause = (ticks[1] - ticks[0]).TotalSeconds;
Console.WriteLine($"quiet reminded {ticks.Length > 1}, after the failed tick {(pause > 3 ? "at the next time" : "soon again")}; busy reminded {Order.Ticks.ContainsKey("busy")}");
public interface IOrder : IGrainWithStringKey
{
    Task Ask();
}
public class Order : Grain, IOrder, IRemindable
{
    public static readonly ConcurrentDictionary<string, ConcurrentQueue<DateTime>> Ticks = new();
    public Task Ask() => this.RegisterOrUpdateReminder("look", TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5));
    public Task ReceiveReminder(string name, TickStatus status)
    {
        ConcurrentQueue<DateTime> mine = Ticks.GetOrAdd(this.GetPrimaryKeyString(), _ => new());
        mine.Enqueue(DateTime.UtcNow);
        return mine.Count == 1 ? throw new InvalidOperationException("no answer") : Task.CompletedTask;
    }
}
CS
build
is 'Microsoft.Orleans.Server 10.4.2, Microsoft.Orleans.Reminders 10.4.2' "$(run 2> errors.txt)" \
  'quiet reminded True, after the failed tick at the next time; busy reminded False'
