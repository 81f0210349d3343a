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
}
