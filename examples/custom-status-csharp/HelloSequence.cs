using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

public static class HelloSequence
{
    [Function("E1_HelloSequence")]
    public static async Task<List<string>> Run([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        List<string> outputs = [];

        outputs.Add(await context.CallActivityAsync<string>("E1_SayHello", "Tokyo"));
        context.SetCustomStatus("Tokyo");
        outputs.Add(await context.CallActivityAsync<string>("E1_SayHello", "Seattle"));
        context.SetCustomStatus("Seattle");
        outputs.Add(await context.CallActivityAsync<string>("E1_SayHello", "London"));
        context.SetCustomStatus("London");

        // returns ["Hello Tokyo!", "Hello Seattle!", "Hello London!"]
        return outputs;
    }

    [Function("E1_SayHello")]
    public static string SayHello([ActivityTrigger] string name) => $"Hello {name}!";

    // Starts any orchestrator of the app and answers once its custom status is "London" (or it ended without).
    [Function("HttpStart")]
    public static async Task<HttpResponseData> HttpStart(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "orchestrators/{functionName}")] HttpRequestData request,
        string functionName,
        [DurableClient] DurableTaskClient client)
    {
        string instanceId = await client.ScheduleNewOrchestrationInstanceAsync(functionName);

        OrchestrationMetadata? status = await client.GetInstanceAsync(instanceId, getInputsAndOutputs: true);
        while (status is { IsCompleted: false } && status.SerializedCustomStatus != "\"London\"")
        {
            await Task.Delay(200);
            status = await client.GetInstanceAsync(instanceId, getInputsAndOutputs: true);
        }

        HttpResponseData response = request.CreateResponse();
        await response.WriteAsJsonAsync(new
        {
            instanceId,
            runtimeStatus = status?.RuntimeStatus.ToString(),
            customStatus = status?.ReadCustomStatusAs<string>(),
        });
        return response;
    }
}
