#!/usr/bin/env bash
# Guess: an orchestrator whose wait for an event runs out of time, uncaught, fails with the TaskCanceledException that the wait throws; one that throws
# an OperationCanceledException of its own fails with that text, as with any other exception.
# Is: both fail with System.AggregateException, "One or more errors occurred. (A task was canceled.)": the code's own text is nowhere, and a parent
# that asks whether a cancellation caused the failure is told no.
. "$(dirname "$0")/support/test-host.sh"
play 'Wait: AggregateException, A task was canceled, cancellation False; Own: AggregateException, A task was canceled, cancellation False; Other: InvalidOperationException, the shop is closed, cancellation False' <<'CS'
DurableTaskClient client = await hosting(tasks =>
{
    tasks.AddOrchestratorFunc<int, string>("Wait", (context, _) => context.WaitForExternalEvent<string>("Paid", TimeSpan.FromSeconds(1)));
    tasks.AddOrchestratorFunc<int, string>("Own", Task<string> (TaskOrchestrationContext context, int _) => throw new OperationCanceledException("the shop is closed"));
    tasks.AddOrchestratorFunc<int, string>("Other", Task<string> (TaskOrchestrationContext context, int _) => throw new InvalidOperationException("the shop is closed"));
    tasks.AddOrchestratorFunc<string, string>("Parent", async (context, child) =>
    {
        try { return await context.CallSubOrchestratorAsync<string>(child, 0); }
        catch (TaskFailedException failed)
        {
            TaskFailureDetails why = failed.FailureDetails;
            string text = why.ErrorMessage.Contains("the shop is closed") ? "the shop is closed" : why.ErrorMessage.Contains("A task was canceled") ? "A task was canceled" : why.ErrorMessage;
            return $"{child}: {why.ErrorType.Split('.')[^1]}, {text}, cancellation {why.IsCausedBy<OperationCanceledException>()}";
        }
    });
});
List<string> ends = new();
foreach (string child in new[] { "Wait", "Own", "Other" })
{
    string id = await client.ScheduleNewOrchestrationInstanceAsync("Parent", child);
    ends.Add((await client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, limit.Token)).ReadOutputAs<string>()!);
}
seen = string.Join("; ", ends);
CS
