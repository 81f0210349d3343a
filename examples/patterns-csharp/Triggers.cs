using System.Text.Json;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

public static class Triggers
{
    // POST /api/start/{functionName} starts any orchestrator of the app with the body as its input; with ?wait=true it answers with the instance
    // and its output, if that comes soon.
    [Function("Start")]
    public static async Task<HttpResponseData> Start(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "start/{functionName}")] HttpRequestData request,
        string functionName,
        [DurableClient] DurableTaskClient client)
    {
        string body = await request.ReadAsStringAsync() ?? "";
        object? input = body == "" ? null : JsonSerializer.Deserialize<JsonElement>(body);
        string instanceId = await client.ScheduleNewOrchestrationInstanceAsync(functionName, input);
        return request.Query["wait"] == "true"
            ? await client.WaitForCompletionOrCreateCheckStatusResponseAsync(request, instanceId, getInputsAndOutputs: true)
            : await client.CreateCheckStatusResponseAsync(request, instanceId);
    }

    // Every night at three o'clock; at any time with "Run Function…", or: durascope invoke NightlyBackup
    [Function("NightlyBackup")]
    public static async Task NightlyBackup(
        [TimerTrigger("0 0 3 * * *")] TimerInfo timer,
        [DurableClient] DurableTaskClient client,
        FunctionContext context)
    {
        string instanceId = await client.ScheduleNewOrchestrationInstanceAsync("BackupSiteContent", 3);
        context.GetLogger("NightlyBackup").LogInformation("Started {Id}{Late}.", instanceId, timer.IsPastDue ? ", later than planned" : "");
    }

    // No queue is watched here. By hand: durascope invoke ApprovalRequested --input '{ "request": "A desk" }'
    [Function("ApprovalRequested")]
    public static Task<string> ApprovalRequested(
        [QueueTrigger("approvals")] HumanInteraction.Approval approval,
        [DurableClient] DurableTaskClient client) =>
        client.ScheduleNewOrchestrationInstanceAsync("ApprovalWorkflow", approval);

    // Nor is a container. By hand, the text is the blob: durascope invoke RequestsUploaded --input '"A lamp"' --metadata '{ "name": "today.txt" }'
    [Function("RequestsUploaded")]
    public static async Task<int> RequestsUploaded(
        [BlobTrigger("requests/{name}")] Stream requests,
        string name,
        [DurableClient] DurableTaskClient client)
    {
        using var reader = new StreamReader(requests);
        var lines = (await reader.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        for (int at = 0; at < lines.Length; at++)
        {
            var approval = new HumanInteraction.Approval(lines[at]);
            await client.ScheduleNewOrchestrationInstanceAsync("ApprovalWorkflow", approval, new StartOrchestrationOptions($"{name}-{at}"));
        }
        return lines.Length;
    }
}
