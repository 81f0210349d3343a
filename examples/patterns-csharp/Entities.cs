using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Entities;

// One counter for each key. Signal it from the Entities view, or with `durascope entity signal @counter@a add --input 5`.
public sealed class Counter : TaskEntity<int>
{
    public void Add(int amount) => this.State += amount;

    public void Reset() => this.State = 0;

    public int Get() => this.State;

    [Function(nameof(Counter))]
    public static Task Run([EntityTrigger] TaskEntityDispatcher dispatcher) => dispatcher.DispatchAsync<Counter>();
}

public static class Entities
{
    public record Count(string Key = "a", int Amount = 1);

    // Signals do not wait, calls do. The input is { key, amount }.
    [Function("CountUp")]
    public static async Task<int> CountUp([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        Count count = context.GetInput<Count>() ?? new();
        EntityInstanceId counter = new(nameof(Counter), count.Key);
        await context.Entities.SignalEntityAsync(counter, "Add", count.Amount);
        return await context.Entities.CallEntityAsync<int>(counter, "Get");
    }

    // Only one instance at a time is between the braces. What is locked needs no function of its own beside this empty one.
    [Function("Synchronize")]
    public static async Task<string> Synchronize([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        EntityInstanceId lockId = new("LockEntity", "MyLockIdentifier");
        await using (await context.Entities.LockEntitiesAsync(lockId))
        {
            return await context.CallActivityAsync<string>("DoWork");
        }
    }

    [Function("LockEntity")]
    public static Task LockEntity([EntityTrigger] TaskEntityDispatcher dispatcher) => dispatcher.DispatchAsync(_ => default);

    [Function("DoWork")]
    public static string DoWork([ActivityTrigger] object? nothing, FunctionContext context) => "done";
}
