// Where two features meet, and what the durable client does from inside the app: see ../scenarios.json.
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Http;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Client.Entities;
using Microsoft.DurableTask.Entities;

public static class Meetings
{
    static SubOrchestrationOptions As(TaskOrchestrationContext context, string suffix, TaskOptions? options = null, string? version = null) =>
        new(options ?? new TaskOptions(), $"{context.InstanceId}-{suffix}") { Version = version };

    // Entities.

    [Function("LockAndFailure")]
    public static async Task<string> LockAndFailure([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var (wallet, counter) = (new EntityInstanceId("Wallet", context.InstanceId), new EntityInstanceId("Counter", context.InstanceId));
        var said = "";
        await using (await context.Entities.LockEntitiesAsync(wallet, counter))
        {
            try { await context.Entities.CallEntityAsync(wallet, "Refuse", "locked"); }
            catch (EntityOperationFailedException e) { said = $"{e.EntityId} {e.OperationName} {e.FailureDetails.InnerFailure?.ErrorMessage}"; }
            await context.Entities.CallEntityAsync<Purse>(wallet, "Put", new Line("after", 1m, 5));
            await context.Entities.CallEntityAsync<int>(counter, "Add", 1);
            await context.CallActivityAsync("NoValue", 1);
        }
        return $"{said} {await context.Entities.CallEntityAsync<int>(wallet, "Waits")}";
    }

    [Function("LockAndChild")]
    public static async Task<string> LockAndChild([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        await using var held = await context.Entities.LockEntitiesAsync(new EntityInstanceId("Counter", context.InstanceId));
        try { return await context.CallSubOrchestratorAsync<string>("Child", "locked", As(context, "child")); }
        catch (InvalidOperationException e) { return e.Message; }
    }

    [Function("LockAndNewGeneration")]
    public static async Task<int> LockAndNewGeneration([OrchestrationTrigger] TaskOrchestrationContext context, int generation)
    {
        var counter = new EntityInstanceId("Counter", context.InstanceId);
        await using (await context.Entities.LockEntitiesAsync(counter))
        {
            var sum = await context.Entities.CallEntityAsync<int>(counter, "Add", generation);
            if (generation == 2) return sum;
            context.ContinueAsNew(generation + 1);
            return -1;
        }
    }

    [Function("EntityOrTimer")]
    public static async Task<string> EntityOrTimer([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        using CancellationTokenSource source = new();
        var call = context.Entities.CallEntityAsync<int>(new EntityInstanceId("Counter", context.InstanceId), "Add", 3);
        var limit = context.CreateTimer(TimeSpan.FromMinutes(10), source.Token);
        if (await Task.WhenAny(call, limit) == limit) return "late";
        source.Cancel();
        try { await limit; return "not given up"; }
        catch (OperationCanceledException) { return $"{await call} in time"; }
    }

    [Function("EntitiesAtOnce")]
    public static async Task<int> EntitiesAtOnce([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var counter = new EntityInstanceId("Counter", context.InstanceId);
        var calls = Enumerable.Range(1, 4).Select(number => context.Entities.CallEntityAsync<int>(counter, "Add", number)).ToList();
        var refused = context.Entities.CallEntityAsync(counter, "Refuse");
        try { await Task.WhenAll([.. calls, refused]); }
        catch (EntityOperationFailedException) { return calls.Sum(call => call.Result); }
        return -1;
    }

    // Retries, versions, tags.

    [Function("VersionsAndRetries")]
    public static async Task<string> VersionsAndRetries([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var again = TaskOptions.FromRetryPolicy(new RetryPolicy(2, TimeSpan.FromSeconds(1)));
        return await context.CallSubOrchestratorAsync<string>("VersionedFlaky", 1, As(context, "child", again, "3.0"));
    }

    [Function("VersionedFlaky")]
    public static async Task<string> VersionedFlaky([OrchestrationTrigger] TaskOrchestrationContext context, int failures) =>
        $"{await context.CallActivityAsync<string>("Flaky", new App.Work(context.InstanceId, failures))} {context.Version}";

    [Function("HandlerOfChild")]
    public static async Task<string> HandlerOfChild([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var seen = new List<string>();
        var handler = TaskOptions.FromRetryHandler(retry =>
        {
            seen.Add($"{retry.LastAttemptNumber} {retry.LastFailure.ErrorType} {retry.LastFailure.InnerFailure?.ErrorType}");
            return retry.LastAttemptNumber < 2;
        });
        try { await context.CallSubOrchestratorAsync<string>("ThrowsOwn", 5, As(context, "child", handler)); }
        catch (TaskFailedException e) { seen.Add(e.FailureDetails.ErrorMessage); }
        return string.Join(", ", seen);
    }

    [Function("RetriesAndTags")]
    public static Task<string> RetriesAndTags([OrchestrationTrigger] TaskOrchestrationContext context) =>
        context.CallActivityAsync<string>("Flaky", new App.Work(context.InstanceId, 1),
            new TaskOptions(new RetryPolicy(2, TimeSpan.FromSeconds(1)), new Dictionary<string, string> { ["kind"] = "flaky" }));

    [Function("ChildAndHttp")]
    public static async Task<string> ChildAndHttp([OrchestrationTrigger] TaskOrchestrationContext context, string url)
    {
        try { await context.CallSubOrchestratorAsync<object>("AsksAgain", url, As(context, "child")); return "answered"; }
        catch (TaskFailedException e) { return $"{e.FailureDetails.ErrorType} of {e.FailureDetails.InnerFailure?.ErrorType}"; }
    }

    // New generations, events, timers.

    [Function("LimitAndNewGeneration")]
    public static async Task<string> LimitAndNewGeneration([OrchestrationTrigger] TaskOrchestrationContext context, int generation)
    {
        try { return $"{await context.WaitForExternalEvent<string>("Go", TimeSpan.FromSeconds(generation == 0 ? 1 : 60))} in generation {generation}"; }
        catch (OperationCanceledException)
        {
            context.SetCustomStatus($"no answer in generation {generation}");
            context.ContinueAsNew(generation + 1);
            return "";
        }
    }

    [Function("KeepsEvents")]
    public static async Task<string> KeepsEvents([OrchestrationTrigger] TaskOrchestrationContext context, string said)
    {
        if (said != "") return $"{said} {await context.WaitForExternalEvent<string>("Second")} {await context.WaitForExternalEvent<string>("Third")}";
        await context.CreateTimer(TimeSpan.FromSeconds(2), CancellationToken.None);
        context.ContinueAsNew(await context.WaitForExternalEvent<string>("First"));
        return "";
    }

    [Function("ChildrenAndNewGeneration")]
    public static async Task<int> ChildrenAndNewGeneration([OrchestrationTrigger] TaskOrchestrationContext context, int generation)
    {
        await context.CallSubOrchestratorAsync<string>("Child", $"of {generation}", As(context, "child"));
        if (generation == 1) return generation;
        context.ContinueAsNew(generation + 1);
        return -1;
    }

    [Function("ActivityAndChild")]
    public static async Task<string> ActivityAndChild([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var child = context.CallSubOrchestratorAsync<string>("Waits", options: As(context, "child"));
        var work = context.CallActivityAsync<string>("SayHello", "beside");
        return $"{await work} {await child}";
    }

    [Function("RetriesAndEvent")]
    public static async Task<string> RetriesAndEvent([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var work = context.CallActivityAsync<string>("Flaky", new App.Work(context.InstanceId, 1), TaskOptions.FromRetryPolicy(new RetryPolicy(2, TimeSpan.FromSeconds(2))));
        var go = await context.WaitForExternalEvent<string>("Go");
        return $"{go} {await work}";
    }

    [Function("BigThings")]
    public static async Task<string> BigThings([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var text = await context.WaitForExternalEvent<string>("Text");
        var child = await context.CallSubOrchestratorAsync<string>("Child", text, As(context, "child"));
        var purse = await context.Entities.CallEntityAsync<Purse>(new EntityInstanceId("Wallet", context.InstanceId), "Put", new Line(text, 1m, 1));
        return $"{child.Length} {purse.Log[^1].Length} {text[..3]}";
    }

    [Function("FailsBeside")]
    public static async Task<string> FailsBeside([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var waits = context.WaitForExternalEvent<string>("Go");
        var fails = context.CallSubOrchestratorAsync<string>("ThrowsOwn", 9, As(context, "child"));
        var first = await Task.WhenAny(waits, fails);
        return first == fails ? await fails : await waits;
    }

    // The client in an activity.

    public record Ask(string What, string Id);

    public record Seen(string? Name, string? Id, string? Status, string? Input, string? Output, string? Custom, string? Failure, Dictionary<string, string>? Tags);

    static Seen? Look(OrchestrationMetadata? of) => of is null ? null : new(of.Name, of.InstanceId, $"{of.RuntimeStatus}", of.SerializedInput, of.SerializedOutput, of.SerializedCustomStatus,
        of.FailureDetails is { } failure ? $"{failure.ErrorType}: {failure.ErrorMessage} < {failure.InnerFailure?.ErrorType}" : null, of.Tags.Count == 0 ? null : new(of.Tags));

    [Function("ClientDoes")]
    public static async Task<object?> ClientDoes([ActivityTrigger] Ask ask, [DurableClient] DurableTaskClient client)
    {
        var id = $"{ask.Id}-other";
        switch (ask.What)
        {
            case "tags":
                var tags = new Dictionary<string, string> { ["city"] = "Oslo", ["rank"] = "1" };
                await client.ScheduleNewOrchestrationInstanceAsync("Statuses", 0, new StartOrchestrationOptions(id) { Tags = tags });
                return Look(await client.WaitForInstanceCompletionAsync(id, true));
            case "version":
                await client.ScheduleNewOrchestrationInstanceAsync("SaysVersion", new StartOrchestrationOptions(id) { Version = "2.5" });
                return Look(await client.WaitForInstanceCompletionAsync(id, true));
            case "later":
                await client.ScheduleNewOrchestrationInstanceAsync("Child", "later", new StartOrchestrationOptions(id, DateTimeOffset.UtcNow.AddSeconds(3)));
                var before = Look(await client.GetInstanceAsync(id, true));
                return new { before, after = Look(await client.WaitForInstanceCompletionAsync(id, true)) };
            case "fails":
                await client.ScheduleNewOrchestrationInstanceAsync("ThrowsOwn", 4, new StartOrchestrationOptions(id));
                return Look(await client.WaitForInstanceCompletionAsync(id, true));
            case "commands":
                await client.ScheduleNewOrchestrationInstanceAsync("Waits", new StartOrchestrationOptions(id));
                await client.WaitForInstanceStartAsync(id);
                await client.SuspendInstanceAsync(id, "held");
                await Until(client, id, OrchestrationRuntimeStatus.Suspended);
                await client.RaiseEventAsync(id, "Go", "by client");
                await client.ResumeInstanceAsync(id);
                await Until(client, id, OrchestrationRuntimeStatus.Running);
                await client.TerminateInstanceAsync(id, new Line("enough", 1m, 2));
                return Look(await client.WaitForInstanceCompletionAsync(id, true));
            case "nobody":
                return new
                {
                    got = Look(await client.GetInstanceAsync($"{id}-nobody", true)),
                    purged = (await client.PurgeInstanceAsync($"{id}-nobody")).PurgedInstanceCount,
                    raised = await Said(() => client.RaiseEventAsync($"{id}-nobody", "Go", 1)),
                    terminated = await Said(() => client.TerminateInstanceAsync($"{id}-nobody", "x")),
                    suspended = await Said(() => client.SuspendInstanceAsync($"{id}-nobody", "x")),
                    rewound = await Said(() => client.RewindInstanceAsync($"{id}-nobody", "x")),
                    restarted = await Said(() => client.RestartAsync($"{id}-nobody")),
                };
            case "twice":
                await client.ScheduleNewOrchestrationInstanceAsync("Waits", new StartOrchestrationOptions(id));
                await client.WaitForInstanceStartAsync(id);
                return await Said(() => client.ScheduleNewOrchestrationInstanceAsync("Child", "again", new StartOrchestrationOptions(id)));
            case "list":
                foreach (var number in Enumerable.Range(0, 3)) await client.ScheduleNewOrchestrationInstanceAsync("Child", $"no. {number}", new StartOrchestrationOptions($"{id}-{number}"));
                foreach (var number in Enumerable.Range(0, 3)) await client.WaitForInstanceCompletionAsync($"{id}-{number}");
                List<Seen?> all = [], without = [];
                await foreach (var one in client.GetAllInstancesAsync(new OrchestrationQuery { InstanceIdPrefix = id, FetchInputsAndOutputs = true })) all.Add(Look(one));
                await foreach (var one in client.GetAllInstancesAsync(new OrchestrationQuery { InstanceIdPrefix = id, Statuses = [OrchestrationRuntimeStatus.Completed] })) without.Add(Look(one));
                var purged = await client.PurgeInstanceAsync($"{id}-0");
                return new { all = all.OrderBy(one => one?.Id), without = without.OrderBy(one => one?.Id), purged.PurgedInstanceCount, gone = Look(await client.GetInstanceAsync($"{id}-0")) };
            case "restart":
                await client.ScheduleNewOrchestrationInstanceAsync("Child", "first", new StartOrchestrationOptions(id));
                await client.WaitForInstanceCompletionAsync(id);
                await client.RestartAsync(id);
                await Task.Delay(1500);
                return Look(await client.WaitForInstanceCompletionAsync(id, true));
            case "history":
                await client.ScheduleNewOrchestrationInstanceAsync("Catches", new StartOrchestrationOptions(id));
                await client.WaitForInstanceCompletionAsync(id);
                return await Said(async () => throw new InvalidDataException(string.Join(" ", (await client.GetOrchestrationHistoryAsync(id)).Select(row => $"{row.EventType}({row.EventId})"))));
            case "entities":
                var counter = new EntityInstanceId("Counter", id);
                await client.Entities.SignalEntityAsync(counter, "Add", 6);
                EntityMetadata<int>? state = null;
                for (var tries = 0; state is null && tries < 100; tries++, await Task.Delay(100)) state = await client.Entities.GetEntityAsync<int>(counter);
                await client.Entities.SignalEntityAsync(counter, "Refuse");
                return new
                {
                    state?.Id, state?.State, state?.BacklogQueueSize, state?.LockedBy,
                    none = (await client.Entities.GetEntityAsync(new EntityInstanceId("Counter", $"{id}-none"))) is null,
                };
            default: throw new ArgumentException(ask.What);
        }
    }

    static async Task Until(DurableTaskClient client, string id, OrchestrationRuntimeStatus status)
    {
        for (var tries = 0; tries < 200 && (await client.GetInstanceAsync(id))?.RuntimeStatus != status; tries++) await Task.Delay(100);
    }

    static async Task<string> Said(Func<Task> ask)
    {
        try { await ask(); return "done"; }
        catch (Exception e) { return $"{e.GetType().Name}: {e.Message}"; }
    }

    [Function("ByClient")]
    public static Task<object> ByClient([OrchestrationTrigger] TaskOrchestrationContext context, string what) => context.CallActivityAsync<object>("ClientDoes", new Ask(what, context.InstanceId));
}
