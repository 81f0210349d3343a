// Further orchestrators of the recordings: see ../scenarios.json. Those as classes are in Classes.cs.
using System.Collections.Concurrent;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Http;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Entities;

public sealed class OrderRefused(string message, int code, Exception? inner = null) : Exception(message, inner)
{
    public int Code { get; } = code;
}

public enum Colour
{
    Red,
    Green,
}

public record Line(string Name, decimal Price, int? Count);

public record Order(Guid Id, DateTime At, DateTimeOffset Due, TimeSpan For, Colour Colour, List<Line> Lines, Dictionary<string, double> More, byte[] Bytes);

public static class Further
{
    static readonly ConcurrentDictionary<string, int> Seen = new();

    static int Times(string key) => Seen.AddOrUpdate(key, 1, (_, before) => before + 1);

    [Function("Refuses")]
    public static string Refuses([ActivityTrigger] string text) =>
        throw new OrderRefused(text, 7, new InvalidOperationException("the middle", new ArgumentNullException("lines")));

    [Function("Echo")]
    public static Order Echo([ActivityTrigger] Order order) => order with { Colour = Colour.Green };

    [Function("Paint")]
    public static Colour Paint([ActivityTrigger] Colour colour) => colour == Colour.Red ? Colour.Green : Colour.Red;

    [Function("Later")]
    public static DateTime Later([ActivityTrigger] DateTime at) => at.AddDays(1);

    [Function("Big")]
    public static string Big([ActivityTrigger] int length) => new('b', length);

    [Function("LengthOf")]
    public static int LengthOf([ActivityTrigger] string text) => text.Length;

    [Function("NoValue")]
    public static void NoValue([ActivityTrigger] int number) => _ = number;

    [Function("Slowly")]
    public static async Task<string> Slowly([ActivityTrigger] int ms)
    {
        await Task.Delay(ms);
        return $"after {ms}";
    }

    // Retries.

    [Function("HandlerRetries")]
    public static Task<string> HandlerRetries([OrchestrationTrigger] TaskOrchestrationContext context, int failures) =>
        context.CallActivityAsync<string>("Flaky", new App.Work(context.InstanceId, failures), TaskOptions.FromRetryHandler(retry => retry.LastAttemptNumber < 3));

    [Function("HandlerWaits")]
    public static Task<string> HandlerWaits([OrchestrationTrigger] TaskOrchestrationContext context, int failures) =>
        context.CallActivityAsync<string>("Flaky", new App.Work(context.InstanceId, failures), TaskOptions.FromRetryHandler(async retry =>
        {
            if (!retry.LastFailure.IsCausedBy<TimeoutException>() || retry.LastAttemptNumber > 2) return false;
            await retry.OrchestrationContext.CreateTimer(TimeSpan.FromSeconds(1), CancellationToken.None);
            return true;
        }));

    [Function("HandlerOfKinds")]
    public static async Task<string> HandlerOfKinds([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        try { return await context.CallActivityAsync<string>("Refuses", "no", TaskOptions.FromRetryHandler(retry => retry.LastFailure.IsCausedBy<TimeoutException>())); }
        catch (TaskFailedException e) { return $"{e.TaskName} {e.FailureDetails.ErrorType} {e.FailureDetails.InnerFailure?.InnerFailure?.ErrorType}"; }
    }

    [Function("PolicyOfKinds")]
    public static async Task<string> PolicyOfKinds([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var policy = new RetryPolicy(3, TimeSpan.FromSeconds(1)) { HandleFailure = failure => !failure.IsCausedBy<OrderRefused>() };
        try { return await context.CallActivityAsync<string>("Refuses", "no", TaskOptions.FromRetryPolicy(policy)); }
        catch (TaskFailedException e) { return e.FailureDetails.ErrorType; }
    }

    [Function("ChildRetries")]
    public static Task<string> ChildRetries([OrchestrationTrigger] TaskOrchestrationContext context, int failures) =>
        context.CallSubOrchestratorAsync<string>("FlakyChild", new App.Work(context.InstanceId, failures),
            new SubOrchestrationOptions(TaskOptions.FromRetryPolicy(new RetryPolicy(3, TimeSpan.FromSeconds(1))), $"{context.InstanceId}-child"));

    [Function("FlakyChild")]
    public static async Task<string> FlakyChild([OrchestrationTrigger] TaskOrchestrationContext context, App.Work work)
    {
        var result = await context.CallActivityAsync<string>("Flaky", work);
        return $"{result} of {context.Parent?.Name}";
    }

    [Function("RetriesThenTimer")]
    public static async Task<string> RetriesThenTimer([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var tries = context.CallActivityAsync<string>("Flaky", new App.Work(context.InstanceId, 1), TaskOptions.FromRetryPolicy(new RetryPolicy(2, TimeSpan.FromSeconds(1))));
        var other = context.CallActivityAsync<string>("SayHello", "beside");
        await Task.WhenAll(tries, other);
        return $"{tries.Result}, {other.Result}";
    }

    // Children.

    [Function("Three")]
    public static Task<string> Three([OrchestrationTrigger] TaskOrchestrationContext context, int depth) =>
        depth == 0 ? context.CallActivityAsync<string>("Refuses", "deep") : context.CallSubOrchestratorAsync<string>("Three", depth - 1, new SubOrchestrationOptions { InstanceId = $"{context.InstanceId}-{depth - 1}" });

    [Function("CatchesChild")]
    public static async Task<string> CatchesChild([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        try { return await context.CallSubOrchestratorAsync<string>("ThrowsOwn", 3, new SubOrchestrationOptions { InstanceId = $"{context.InstanceId}-child" }); }
        catch (TaskFailedException e) { return $"{e.Message} | {e.FailureDetails.IsCausedBy<OrderRefused>()} {e.FailureDetails.InnerFailure?.ErrorMessage}"; }
    }

    [Function("ThrowsOwn")]
    public static async Task<string> ThrowsOwn([OrchestrationTrigger] TaskOrchestrationContext context, int code)
    {
        await context.CallActivityAsync("NoValue", code);
        throw new OrderRefused($"refused with {code}", code, new IOException("no disk"));
    }

    [Function("ChildrenAtOnce")]
    public static async Task<string[]> ChildrenAtOnce([OrchestrationTrigger] TaskOrchestrationContext context, int count) =>
        await Task.WhenAll(Enumerable.Range(0, count).Select(n => context.CallSubOrchestratorAsync<string>("Child", $"no. {n}", new SubOrchestrationOptions { InstanceId = $"{context.InstanceId}-{n}" })));

    [Function("WaitsForChild")]
    public static async Task<string> WaitsForChild([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        try { return await context.CallSubOrchestratorAsync<string>("Waits", options: new SubOrchestrationOptions { InstanceId = $"{context.InstanceId}-child" }); }
        catch (TaskFailedException e) { return $"{e.FailureDetails.ErrorType}: {e.FailureDetails.ErrorMessage}"; }
    }

    [Function("Versions")]
    public static async Task<string> Versions([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var child = await context.CallSubOrchestratorAsync<string>("SaysVersion", options: new SubOrchestrationOptions { InstanceId = $"{context.InstanceId}-child", Version = "2.1" });
        return $"{context.Version}/{child}";
    }

    [Function("SaysVersion")]
    public static async Task<string> SaysVersion([OrchestrationTrigger] TaskOrchestrationContext context) =>
        $"{context.Version} {context.CompareVersionTo("2.0")} {await context.CallActivityAsync<string>("SayHello", context.Version)}";

    [Function("Tags")]
    public static async Task<string> Tags([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var tags = new Dictionary<string, string> { ["city"] = "Oslo", ["rank"] = "1" };
        var first = await context.CallActivityAsync<string>("SayHello", "tagged", new TaskOptions(retry: null, tags: tags));
        return first + await context.CallSubOrchestratorAsync<string>("Child", "tagged", new SubOrchestrationOptions(new TaskOptions(retry: null, tags: tags), $"{context.InstanceId}-child"));
    }

    [Function("UnknownChild")]
    public static Task UnknownChild([OrchestrationTrigger] TaskOrchestrationContext context) =>
        context.CallSubOrchestratorAsync("NoSuchOrchestrator", 1, new SubOrchestrationOptions { InstanceId = $"{context.InstanceId}-child" });

    // Events.

    [Function("EventWithLimit")]
    public static async Task<string> EventWithLimit([OrchestrationTrigger] TaskOrchestrationContext context, int seconds)
    {
        try { return await context.WaitForExternalEvent<string>("Go", TimeSpan.FromSeconds(seconds)); }
        catch (OperationCanceledException e) { return $"none: {e.GetType().Name}"; }
    }

    [Function("EventsInARow")]
    public static async Task<List<Line>> EventsInARow([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        List<Line> lines = [];
        while (lines.Count < 3) lines.Add(await context.WaitForExternalEvent<Line>("Line"));
        return lines;
    }

    [Function("EventsTogether")]
    public static async Task<string> EventsTogether([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var (first, second) = (context.WaitForExternalEvent<int>("Same"), context.WaitForExternalEvent<int>("Same"));
        var other = context.WaitForExternalEvent<string?>("Other");
        await Task.WhenAll(first, second, other);
        return $"{first.Result} {second.Result} {other.Result ?? "nothing"}";
    }

    [Function("EventKept")]
    public static async Task<string> EventKept([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        await context.CreateTimer(TimeSpan.FromSeconds(2), CancellationToken.None);
        return await context.WaitForExternalEvent<string>("Go");
    }

    [Function("EventGivenUp")]
    public static async Task<string> EventGivenUp([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        using CancellationTokenSource source = new();
        var waits = context.WaitForExternalEvent<string>("Go", source.Token);
        var result = await context.CallActivityAsync<string>("SayHello", "first");
        source.Cancel();
        try { return await waits; }
        catch (OperationCanceledException) { return $"{result} and {await context.WaitForExternalEvent<string>("Go")}"; }
    }

    [Function("Tells")]
    public static async Task<string> Tells([OrchestrationTrigger] TaskOrchestrationContext context, string other)
    {
        context.SendEvent(other, "Go", "from afar");
        context.SendEvent(other, "Then", 5);
        return await context.CallActivityAsync<string>("SayHello", "told");
    }

    // Custom status and new generations.

    [Function("Statuses")]
    public static async Task<int> Statuses([OrchestrationTrigger] TaskOrchestrationContext context, int generation)
    {
        if (generation == 0) context.SetCustomStatus(new Line("first", 1.50m, null));
        await context.CallActivityAsync("NoValue", generation);
        if (generation == 1) context.SetCustomStatus(null);
        if (generation == 2) return generation;
        context.ContinueAsNew(generation + 1);
        return -1;
    }

    [Function("StatusTooLong")]
    public static async Task<string> StatusTooLong([OrchestrationTrigger] TaskOrchestrationContext context, int length)
    {
        context.SetCustomStatus(new string('s', length));
        return await context.CallActivityAsync<string>("SayHello", "status");
    }

    [Function("StatusAndThrow")]
    public static async Task<string> StatusAndThrow([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        context.SetCustomStatus("before");
        await context.CallActivityAsync("NoValue", 1);
        context.SetCustomStatus(new { stage = "thrown" });
        throw new OrderRefused("after all", 1);
    }

    [Function("Carries")]
    public static async Task<int> Carries([OrchestrationTrigger] TaskOrchestrationContext context, int sum)
    {
        sum += await context.WaitForExternalEvent<int>("Add");
        if (sum >= 6) return sum;
        context.ContinueAsNew(sum);
        return 0;
    }

    [Function("Drops")]
    public static async Task<string> Drops([OrchestrationTrigger] TaskOrchestrationContext context, int generation)
    {
        if (generation == 1)
        {
            try { return await context.WaitForExternalEvent<string>("Go", TimeSpan.FromSeconds(3)); }
            catch (OperationCanceledException) { return "dropped"; }
        }
        await context.CreateTimer(TimeSpan.FromSeconds(2), CancellationToken.None);
        context.ContinueAsNew(1, preserveUnprocessedEvents: false);
        return "";
    }

    [Function("LeavesOpen")]
    public static async Task<string> LeavesOpen([OrchestrationTrigger] TaskOrchestrationContext context, int generation)
    {
        _ = context.CallActivityAsync<string>("Slowly", 1500);
        if (generation == 1) return await context.CallActivityAsync<string>("SayHello", "second");
        await context.CallActivityAsync<string>("SayHello", "first");
        context.ContinueAsNew(1);
        return "";
    }

    // Values.

    [Function("Orders")]
    public static async Task<Order> Orders([OrchestrationTrigger] TaskOrchestrationContext context, Order order)
    {
        var answer = await context.CallActivityAsync<Order>("Echo", order);
        context.SetCustomStatus(new { colour = await context.CallActivityAsync<Colour>("Paint", answer.Colour), at = await context.CallActivityAsync<DateTime>("Later", order.At) });
        return answer;
    }

    [Function("Makes")]
    public static async Task<object> Makes([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var id = context.NewGuid();
        var order = new Order(id, new DateTime(2024, 5, 1, 12, 0, 0, DateTimeKind.Utc), new DateTimeOffset(2024, 5, 2, 0, 0, 0, TimeSpan.FromHours(2)), TimeSpan.FromMinutes(90),
            Colour.Red, [new("å \"x\" <b>", 1.10m, null), new("日本", 100m, 2)], new() { ["small"] = 1e-7, ["large"] = 1e21, ["third"] = 1.0 / 3 }, [1, 2, 255]);
        var back = await context.CallActivityAsync<Order>("Echo", order);
        return new { same = back.Id == id && back.Lines[0] == order.Lines[0], back.Due, back.For, back.More, back.Bytes, utc = back.At.Kind.ToString(), input = context.GetInput<object>() };
    }

    [Function("Large")]
    public static async Task<string> Large([OrchestrationTrigger] TaskOrchestrationContext context, string text)
    {
        var length = await context.CallActivityAsync<int>("LengthOf", text);
        var big = await context.CallActivityAsync<string>("Big", 40_000);
        return $"{length} {big}";
    }

    [Function("WrongInput")]
    public static Task<string> WrongInput([OrchestrationTrigger] TaskOrchestrationContext context) => context.CallActivityAsync<string>("Echo", "no order");

    [Function("WrongResult")]
    public static async Task<int> WrongResult([OrchestrationTrigger] TaskOrchestrationContext context) => await context.CallActivityAsync<int>("SayHello", "text");

    // Failures.

    [Function("FailsTwice")]
    public static async Task<string> FailsTwice([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        await Task.WhenAll(context.CallActivityAsync<string>("Refuses", "one"), context.CallActivityAsync<string>("Boom", "two"));
        return "never";
    }

    [Function("Rethrows")]
    public static async Task<string> Rethrows([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        try { return await context.CallActivityAsync<string>("Refuses", "inner"); }
        catch (TaskFailedException e)
        {
            await context.CallActivityAsync("NoValue", 1);
            throw new InvalidOperationException("put into words", e);
        }
    }

    [Function("Finally")]
    public static async Task<string> Finally([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        try { return await context.CallActivityAsync<string>("Boom", "first"); }
        finally { await context.CallActivityAsync<string>("SayHello", "at last"); }
    }

    [Function("OtherWay")]
    public static async Task<string> OtherWay([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        if (Times(context.InstanceId) == 1) return await context.CallActivityAsync<string>("SayHello", "one way");
        return (await context.CallActivityAsync<int>("Square", 2)).ToString();
    }

    [Function("OtherKind")]
    public static async Task<string> OtherKind([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        if (Times(context.InstanceId) == 1) return await context.CallActivityAsync<string>("SayHello", "an activity");
        await context.CreateTimer(TimeSpan.FromSeconds(1), CancellationToken.None);
        return "a timer";
    }

    [Function("AwaitsDelay")]
    public static async Task<string> AwaitsDelay([OrchestrationTrigger] TaskOrchestrationContext context, bool first)
    {
        if (!first) await context.CallActivityAsync<string>("SayHello", "before");
        await Task.Delay(300);
        return await context.CallActivityAsync<string>("SayHello", "after");
    }

    [Function("FailsOnce")]
    public static async Task<string> FailsOnce([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var first = await context.CallActivityAsync<string>("SayHello", "once");
        return first + await context.CallActivityAsync<string>("Flaky", new App.Work(context.InstanceId, 1));
    }

    [Function("ChildFailsOnce")]
    public static Task<string> ChildFailsOnce([OrchestrationTrigger] TaskOrchestrationContext context) =>
        context.CallSubOrchestratorAsync<string>("FailsOnce", options: new SubOrchestrationOptions { InstanceId = $"{context.InstanceId}-child" });

    // Timers.

    [Function("Timers")]
    public static async Task<string> Timers([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        await context.CreateTimer(context.CurrentUtcDateTime.AddSeconds(-5), CancellationToken.None);
        await context.CreateTimer(TimeSpan.Zero, CancellationToken.None);
        using CancellationTokenSource source = new();
        var late = context.CreateTimer(TimeSpan.FromHours(1), source.Token);
        source.Cancel();
        try { await late; return "late"; }
        catch (OperationCanceledException) { return "given up"; }
    }

    [Function("ActivityOrTimer")]
    public static async Task<string> ActivityOrTimer([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        using CancellationTokenSource source = new();
        var work = context.CallActivityAsync<string>("Slowly", 4000);
        var limit = context.CreateTimer(TimeSpan.FromSeconds(1), source.Token);
        return await Task.WhenAny(work, limit) == limit ? "over" : await work;
    }

    [Function("SleepsLong")]
    public static async Task<string> SleepsLong([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        await context.CreateTimer(TimeSpan.FromSeconds(2), CancellationToken.None);
        return await context.CallActivityAsync<string>("SayHello", "awake");
    }

    // Durable HTTP.

    [Function("Gets")]
    public static async Task<object> Gets([OrchestrationTrigger] TaskOrchestrationContext context, string url)
    {
        var answer = await context.CallHttpAsync(new DurableHttpRequest(HttpMethod.Get, new Uri(url)));
        return new { status = (int)answer.StatusCode, answer.Content };
    }

    [Function("Posts")]
    public static async Task<object> Posts([OrchestrationTrigger] TaskOrchestrationContext context, string url)
    {
        var request = new DurableHttpRequest(HttpMethod.Post, new Uri(url)) { Content = "{\"a\":1}" };
        var answer = await context.CallHttpAsync(request);
        return new { status = (int)answer.StatusCode, answer.Content };
    }

    [Function("AsksOnce")]
    public static async Task<object> AsksOnce([OrchestrationTrigger] TaskOrchestrationContext context, string url)
    {
        var request = new DurableHttpRequest(HttpMethod.Get, new Uri(url)) { AsynchronousPatternEnabled = false };
        return (int)(await context.CallHttpAsync(request)).StatusCode;
    }

    [Function("AsksAgain")]
    public static async Task<object> AsksAgain([OrchestrationTrigger] TaskOrchestrationContext context, string url)
    {
        var retry = new HttpRetryOptions([System.Net.HttpStatusCode.InternalServerError]) { FirstRetryInterval = TimeSpan.FromSeconds(1), MaxNumberOfAttempts = 3 };
        var answer = await context.CallHttpAsync(new DurableHttpRequest(HttpMethod.Get, new Uri(url)) { HttpRetryOptions = retry });
        return new { status = (int)answer.StatusCode, answer.Content };
    }
}
