// Orchestrators, activities and entities as classes, and what entities do with each other: see ../scenarios.json.
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Entities;

[DurableTask("ClassHello")]
public sealed class ClassHello : TaskOrchestrator<string, string>
{
    public override async Task<string> RunAsync(TaskOrchestrationContext context, string name) =>
        $"{await context.CallActivityAsync<string>("ClassSay", name)} of {context.Name}";
}

[DurableTask("ClassSay")]
public sealed class ClassSay : TaskActivity<string, string>
{
    public override Task<string> RunAsync(TaskActivityContext context, string input) => Task.FromResult($"{context.Name}: {input}");
}

public record Purse(int Coins, List<string> Log);

public sealed class Wallet : TaskEntity<Purse>
{
    protected override Purse InitializeState(TaskEntityOperation operation) => new(10, [operation.Name]);

    public Purse Put(Line line)
    {
        this.State = this.State with { Coins = this.State.Coins + (line.Count ?? 0) };
        this.State.Log.Add(line.Name);
        return this.State;
    }

    public void Refuse(string why) => throw new OrderRefused(why, 3, new IOException("empty"));

    public void Pass(int coins)
    {
        this.State = this.State with { Coins = this.State.Coins - coins };
        this.Context.SignalEntity(new EntityInstanceId("Counter", this.Context.Id.Key), "Add", coins);
    }

    public string Begins(string name) => this.Context.ScheduleNewOrchestration("Child", name, new StartOrchestrationOptions($"{this.Context.Id.Key}-begun"));

    public async Task<int> Waits() { await Task.Yield(); return this.State.Coins; }

    [Function(nameof(Wallet))]
    public static Task Run([EntityTrigger] TaskEntityDispatcher dispatcher) => dispatcher.DispatchAsync<Wallet>();
}

public static class Tally
{
    [Function(nameof(Tally))]
    public static Task Run([EntityTrigger] TaskEntityDispatcher dispatcher) => dispatcher.DispatchAsync(operation =>
    {
        switch (operation.Name)
        {
            case "add": operation.State.SetState(operation.State.GetState<int>() + operation.GetInput<int>()); return default;
            case "get": return new(operation.State.GetState(-1));
            case "clear": operation.State.SetState(null); return default;
            default: throw new NotSupportedException($"no {operation.Name}");
        }
    });
}

public static class Entities
{
    [Function("PutsAndPasses")]
    public static async Task<object> PutsAndPasses([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var wallet = new EntityInstanceId("Wallet", context.InstanceId);
        var purse = await context.Entities.CallEntityAsync<Purse>(wallet, "Put", new Line("tip", 0.5m, 4));
        await context.Entities.CallEntityAsync(wallet, "pass", 3);
        var coins = await context.Entities.CallEntityAsync<int>(wallet, "Waits");
        await context.CreateTimer(TimeSpan.FromSeconds(1), CancellationToken.None);
        return new { purse, coins, passed = await context.Entities.CallEntityAsync<int>(new EntityInstanceId("Counter", context.InstanceId), "Get") };
    }

    [Function("RefusedBy")]
    public static async Task<string> RefusedBy([OrchestrationTrigger] TaskOrchestrationContext context, string operation)
    {
        var wallet = new EntityInstanceId("Wallet", context.InstanceId);
        try { await context.Entities.CallEntityAsync(wallet, operation, "not today"); return "taken"; }
        catch (EntityOperationFailedException e) { return $"{e.OperationName} {e.FailureDetails.ErrorType}: {e.FailureDetails.ErrorMessage} < {e.FailureDetails.InnerFailure?.ErrorType}"; }
    }

    [Function("RefusedUncaught")]
    public static Task RefusedUncaught([OrchestrationTrigger] TaskOrchestrationContext context) =>
        context.Entities.CallEntityAsync(new EntityInstanceId("Wallet", context.InstanceId), "Refuse", "not today");

    [Function("BeginsByEntity")]
    public static Task<string> BeginsByEntity([OrchestrationTrigger] TaskOrchestrationContext context) =>
        context.Entities.CallEntityAsync<string>(new EntityInstanceId("Wallet", context.InstanceId), "Begins", "begun");

    [Function("Clears")]
    public static async Task<string> Clears([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var tally = new EntityInstanceId("Tally", context.InstanceId);
        await context.Entities.CallEntityAsync(tally, "add", 5);
        var before = await context.Entities.CallEntityAsync<int>(tally, "get");
        await context.Entities.CallEntityAsync(tally, "clear");
        return $"{before} {await context.Entities.CallEntityAsync<int>(tally, "get")}";
    }

    [Function("Deletes")]
    public static async Task<int> Deletes([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var counter = new EntityInstanceId("Counter", context.InstanceId);
        await context.Entities.CallEntityAsync<int>(counter, "Add", 4);
        await context.Entities.CallEntityAsync(counter, "delete");
        return await context.Entities.CallEntityAsync<int>(counter, "Get");
    }

    [Function("SignalsLater")]
    public static async Task<string> SignalsLater([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var counter = new EntityInstanceId("Counter", context.InstanceId);
        await context.Entities.SignalEntityAsync(counter, "Add", 2, new SignalEntityOptions { SignalTime = context.CurrentUtcDateTime.AddSeconds(2) });
        var before = await context.Entities.CallEntityAsync<int>(counter, "Get");
        await context.CreateTimer(TimeSpan.FromSeconds(5), CancellationToken.None);
        return $"{before} {await context.Entities.CallEntityAsync<int>(counter, "Get")}";
    }

    [Function("LocksTwo")]
    public static async Task<string> LocksTwo([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var (one, two) = (new EntityInstanceId("Counter", $"{context.InstanceId}-1"), new EntityInstanceId("Counter", $"{context.InstanceId}-2"));
        var inside = false;
        await using (await context.Entities.LockEntitiesAsync(two, one))
        {
            inside = context.Entities.InCriticalSection();
            await context.Entities.CallEntityAsync<int>(one, "Add", -1);
            await context.Entities.CallEntityAsync<int>(two, "Add", 1);
        }
        return $"{inside} {context.Entities.InCriticalSection()} {await context.Entities.CallEntityAsync<int>(two, "Get")}";
    }

    [Function("LocksAndWaits")]
    public static async Task<int> LocksAndWaits([OrchestrationTrigger] TaskOrchestrationContext context, string key)
    {
        var counter = new EntityInstanceId("Counter", key);
        await using (await context.Entities.LockEntitiesAsync(counter))
        {
            await context.WaitForExternalEvent<string>("Go");
            return await context.Entities.CallEntityAsync<int>(counter, "Add", 1);
        }
    }

    [Function("LocksAndThrows")]
    public static async Task LocksAndThrows([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var counter = new EntityInstanceId("Counter", context.InstanceId);
        await using (await context.Entities.LockEntitiesAsync(counter))
        {
            await context.Entities.CallEntityAsync(counter, "Refuse");
        }
    }

    [Function("LockMisused")]
    public static async Task<string> LockMisused([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var counter = new EntityInstanceId("Counter", context.InstanceId);
        await using (await context.Entities.LockEntitiesAsync(counter))
        {
            try { await context.Entities.CallEntityAsync<int>(new EntityInstanceId("Counter", "other"), "Get"); return "called"; }
            catch (InvalidOperationException e) { return e.Message; }
        }
    }
}
