using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

public static class HumanInteraction
{
    public record Approval(string Request = "A new chair", double TimeoutSeconds = 72 * 60 * 60);
    public record Decision(string Request, bool IsApproved);

    // Asks a person and waits for the event ApprovalEvent (true or false). The input is { request, timeoutSeconds }.
    [Function("ApprovalWorkflow")]
    public static async Task<string> ApprovalWorkflow([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        Approval asked = context.GetInput<Approval>() ?? new();
        await context.CallActivityAsync<string>("RequestApproval", asked.Request);
        context.SetCustomStatus("waiting for approval");

        using CancellationTokenSource decided = new();
        Task due = context.CreateTimer(TimeSpan.FromSeconds(asked.TimeoutSeconds), decided.Token);
        Task<bool> approval = context.WaitForExternalEvent<bool>("ApprovalEvent");
        if (await Task.WhenAny(approval, due) == due)
        {
            context.SetCustomStatus("escalated");
            return await context.CallActivityAsync<string>("Escalate", asked.Request);
        }

        decided.Cancel();
        bool isApproved = await approval;
        context.SetCustomStatus(isApproved ? "approved" : "rejected");
        return await context.CallActivityAsync<string>("ProcessApproval", new Decision(asked.Request, isApproved));
    }

    [Function("RequestApproval")]
    public static string RequestApproval([ActivityTrigger] string request) => $"Asked for: {request}";

    [Function("ProcessApproval")]
    public static string ProcessApproval([ActivityTrigger] Decision decision) =>
        $"{(decision.IsApproved ? "Approved" : "Rejected")}: {decision.Request}";

    [Function("Escalate")]
    public static string Escalate([ActivityTrigger] string request) => $"Escalated: {request}";
}
