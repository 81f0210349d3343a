using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.Extensions.Hosting;

new HostBuilder().ConfigureFunctionsWorkerDefaults().Build().Run();

/// <summary>What bench/app has in JavaScript.</summary>
public static class App
{
    [Function(nameof(HelloCities5))]
    public static async Task<List<string>> HelloCities5([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var outputs = new List<string>();
        foreach (var city in new[] { "Tokyo", "Seattle", "London", "Cairo", "Lima" })
            outputs.Add(await context.CallActivityAsync<string>(nameof(SayHello), city));
        return outputs;
    }

    [Function(nameof(FanOut))]
    public static async Task<int> FanOut([OrchestrationTrigger] TaskOrchestrationContext context, int count)
    {
        var squares = Enumerable.Range(0, count).Select(each => context.CallActivityAsync<int>(nameof(Square), each));
        return (await Task.WhenAll(squares)).Length;
    }

    [Function(nameof(Chain))]
    public static async Task<int> Chain([OrchestrationTrigger] TaskOrchestrationContext context, int count)
    {
        var sum = 0;
        for (var each = 0; each < count; each++) sum += await context.CallActivityAsync<int>(nameof(Square), each);
        return sum;
    }

    [Function(nameof(SayHello))]
    public static string SayHello([ActivityTrigger] string city) => $"Hello {city}!";

    [Function(nameof(Square))]
    public static int Square([ActivityTrigger] int number) => number * number;
}
