using System.Text.Json;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Http;
using Microsoft.DurableTask;

// The addresses are made up: durascope.http.json beside host.json has the answers, so that this runs offline.
public static class HttpCalls
{
    // Asks a web address and tells how it answered. The input is a URL.
    [Function("CheckSite")]
    public static async Task<string> CheckSite([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        string url = context.GetInput<string>() ?? "https://www.example.com/";
        DurableHttpResponse response = await context.CallHttpAsync(new DurableHttpRequest(HttpMethod.Get, new Uri(url)));
        int statusCode = (int)response.StatusCode;
        return statusCode < 400 ? "up" : $"down ({statusCode})";
    }

    // Starts a job that takes a while. The service answers 202 and an address to ask again; that is done for us, on a durable timer.
    [Function("RunRemoteJob")]
    public static async Task<JsonElement> RunRemoteJob([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        Uri jobs = new("https://jobs.example.com/jobs");
        DurableHttpRequest request = new(HttpMethod.Post, jobs) { AsynchronousPatternEnabled = true, Content = """{ "report": "sales" }""" };
        DurableHttpResponse response = await context.CallHttpAsync(request);
        return JsonSerializer.Deserialize<JsonElement>(response.Content ?? "null");
    }

    public record Watch(string City = "Seattle", int Milliseconds = 50, int Times = 10);
    public record Weather(string Condition);

    // Watches the weather until the sky is clear, or the time is up. The input is { city, milliseconds, times }.
    [Function("MonitorWeather")]
    public static async Task<string> MonitorWeather([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        Watch watch = context.GetInput<Watch>() ?? new();
        DateTime expiry = context.CurrentUtcDateTime.AddMilliseconds(watch.Milliseconds * watch.Times);
        Uri url = new($"https://weather.example.com/conditions?city={watch.City}");

        while (context.CurrentUtcDateTime < expiry)
        {
            DurableHttpResponse response = await context.CallHttpAsync(new DurableHttpRequest(HttpMethod.Get, url));
            Weather? weather = JsonSerializer.Deserialize<Weather>(response.Content ?? "null", JsonSerializerOptions.Web);
            context.SetCustomStatus(new { city = watch.City, condition = weather?.Condition });
            if (weather?.Condition == "Clear") return await context.CallActivityAsync<string>("SendGoodWeatherAlert", watch.City);
            await context.CreateTimer(TimeSpan.FromMilliseconds(watch.Milliseconds), CancellationToken.None);
        }

        return "no clear sky";
    }

    [Function("SendGoodWeatherAlert")]
    public static string SendGoodWeatherAlert([ActivityTrigger] string city) => $"Clear sky in {city}";

    // As CheckSite, with the address itself as its input, and what is wrong with a request told apart.
    [Function("CheckSiteAvailable")]
    public static async Task<string> CheckSiteAvailable([OrchestrationTrigger] TaskOrchestrationContext context, Uri url)
    {
        DurableHttpResponse response = await context.CallHttpAsync(new DurableHttpRequest(HttpMethod.Get, url));
        return (int)response.StatusCode == 400 ? "the request is wrong" : "available";
    }
}
