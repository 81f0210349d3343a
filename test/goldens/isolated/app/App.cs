// What is recorded of the isolated worker model: see ../scenarios.json.
using System.Collections.Concurrent;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Entities;
using Microsoft.DurableTask.Worker;
using Microsoft.Extensions.Hosting;

new HostBuilder()
    .ConfigureFunctionsWorkerDefaults(worker => worker.ConfigureDurableWorker().AddTasks(tasks => tasks.AddOrchestrator<ClassHello>().AddActivity<ClassSay>()))
    .Build()
    .Run();

public sealed class Counter : TaskEntity<int>
{
    public int Add(int amount) => this.State += amount;

    public int Get() => this.State;

    public void Refuse() => throw new InvalidOperationException("not with me", new ArgumentException("the cause"));

    [Function(nameof(Counter))]
    public static Task Run([EntityTrigger] TaskEntityDispatcher dispatcher) => dispatcher.DispatchAsync<Counter>();
}

public static class App
{
    static readonly ConcurrentDictionary<string, int> Attempts = new();

    public record Work(string Key, int Failures);

    [Function("SayHello")]
    public static string SayHello([ActivityTrigger] string name) => $"Hello {name}!";

    [Function("Square")]
    public static int Square([ActivityTrigger] int number) => number * number;

    [Function("Nothing")]
    public static string? Nothing([ActivityTrigger] string? text) => null;

    [Function("Boom")]
    public static string Boom([ActivityTrigger] string text) => throw new InvalidOperationException(text, new IOException("the cause"));

    [Function("Flaky")]
    public static string Flaky([ActivityTrigger] Work work)
    {
        var (key, failures) = work;
        var attempt = Attempts.AddOrUpdate(key, 1, (_, before) => before + 1);
        return attempt <= failures ? throw new TimeoutException($"attempt {attempt}") : $"at attempt {attempt}";
    }

    [Function("HelloCities")]
    public static async Task<List<string>> HelloCities([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        List<string> outputs = [];
        foreach (var city in new[] { "Tokyo", "Seattle", "London" })
        {
            outputs.Add(await context.CallActivityAsync<string>("SayHello", city));
            context.SetCustomStatus(city);
        }
        return outputs;
    }

    [Function("FanOut")]
    public static async Task<int> FanOut([OrchestrationTrigger] TaskOrchestrationContext context, int count) =>
        (await Task.WhenAll(Enumerable.Range(1, count).Select(number => context.CallActivityAsync<int>("Square", number)))).Sum();

    [Function("Values")]
    public static async Task<object> Values([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var nothing = await context.CallActivityAsync<string?>("Nothing");
        var text = await context.CallActivityAsync<string>("SayHello", "\"quoted\" é");
        return new { nothing, text };
    }

    [Function("Fails")]
    public static Task Fails([OrchestrationTrigger] TaskOrchestrationContext context) =>
        throw new InvalidOperationException("at once", new ArgumentException("the cause"));

    [Function("FailsByActivity")]
    public static Task<string> FailsByActivity([OrchestrationTrigger] TaskOrchestrationContext context) =>
        context.CallActivityAsync<string>("Boom", "no way");

    [Function("Catches")]
    public static async Task<string> Catches([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        try { return await context.CallActivityAsync<string>("Boom", "no way"); }
        catch (TaskFailedException e) { return $"{e.FailureDetails.ErrorType}: {e.FailureDetails.ErrorMessage} < {e.FailureDetails.InnerFailure?.ErrorMessage}"; }
    }

    [Function("Retries")]
    public static Task<string> Retries([OrchestrationTrigger] TaskOrchestrationContext context, int failures) =>
        context.CallActivityAsync<string>("Flaky", new Work(context.InstanceId, failures), TaskOptions.FromRetryPolicy(new RetryPolicy(3, TimeSpan.FromSeconds(1), 2)));

    [Function("Parent")]
    public static async Task<string> Parent([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var first = await context.CallSubOrchestratorAsync<string>("Child", "one", new SubOrchestrationOptions { InstanceId = $"{context.InstanceId}-child" });
        try { return first + await context.CallSubOrchestratorAsync<string>("FailsByActivity", options: new SubOrchestrationOptions { InstanceId = $"{context.InstanceId}-fails" }); }
        catch (TaskFailedException e) { return $"{first} and {e.FailureDetails.ErrorType}"; }
    }

    [Function("Child")]
    public static Task<string> Child([OrchestrationTrigger] TaskOrchestrationContext context, string name) =>
        context.CallActivityAsync<string>("SayHello", name);

    [Function("Waits")]
    public static async Task<string> Waits([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var go = await context.WaitForExternalEvent<string>("Go");
        return $"{go} {await context.WaitForExternalEvent<int>("Then")}";
    }

    [Function("EventOrTimer")]
    public static async Task<string> EventOrTimer([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        using CancellationTokenSource decided = new();
        var approved = context.WaitForExternalEvent<bool>("Approval");
        var late = context.CreateTimer(TimeSpan.FromHours(1), decided.Token);
        if (await Task.WhenAny(approved, late) == late) return "late";
        decided.Cancel();
        return await context.CallActivityAsync<string>("SayHello", approved.Result ? "approved" : "refused");
    }

    [Function("Sleeps")]
    public static async Task<string> Sleeps([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        await context.CreateTimer(TimeSpan.FromSeconds(1), CancellationToken.None);
        return "awake";
    }

    [Function("CountsUp")]
    public static async Task<int> CountsUp([OrchestrationTrigger] TaskOrchestrationContext context, int count)
    {
        if (count >= 2) return count;
        await context.CallActivityAsync<int>("Square", count);
        context.ContinueAsNew(count + 1);
        return -1;
    }

    [Function("CallsEntity")]
    public static async Task<string> CallsEntity([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var counter = new EntityInstanceId("Counter", context.InstanceId);
        await context.Entities.SignalEntityAsync(counter, "Add", 2);
        var sum = await context.Entities.CallEntityAsync<int>(counter, "Add", 3);
        try { await context.Entities.CallEntityAsync(counter, "Refuse"); return "not refused"; }
        catch (EntityOperationFailedException e) { return $"{sum} {e.FailureDetails.ErrorType}: {e.FailureDetails.ErrorMessage}"; }
    }

    [Function("Locks")]
    public static async Task<int> Locks([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var counter = new EntityInstanceId("Counter", context.InstanceId);
        await using (await context.Entities.LockEntitiesAsync(counter))
        {
            await context.Entities.CallEntityAsync<int>(counter, "Add", 4);
            return await context.Entities.CallEntityAsync<int>(counter, "Get");
        }
    }

    [Function("Unknown")]
    public static Task<string> Unknown([OrchestrationTrigger] TaskOrchestrationContext context) => context.CallActivityAsync<string>("NoSuchActivity", 1);
}
