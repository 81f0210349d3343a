#!/usr/bin/env bash
# Guess: an event whose data is not of the type that the code waits for ("yes" for a bool, from a form) throws where it is awaited, so that a try/catch
# there can ask again; an event that fits comes later.
# Is: no catch of the orchestrator sees it, not even one around everything: the instance ends as Failed with a JsonException at once, in the step in
# which the event comes, and nothing that was to be undone is. The same data as an activity's result is caught where it is awaited.
. "$(dirname "$0")/support/test-host.sh"
play 'event: Failed JsonException, undone 0; result: Completed "caught JsonException"' <<'CS'
int undone = 0;
DurableTaskClient client = await hosting(tasks =>
{
    tasks.AddActivityFunc<string?, string>("Yes", (TaskActivityContext context, string? _) => Task.FromResult("yes"));
    tasks.AddActivityFunc<string?>("Undo", (TaskActivityContext context, string? _) => { undone++; return Task.CompletedTask; });
    tasks.AddOrchestratorFunc<bool, string>("Approval", async (context, fromEvent) =>
    {
        try
        {
            return $"{(fromEvent ? await context.WaitForExternalEvent<bool>("Approved") : await context.CallActivityAsync<bool>("Yes"))}";
        }
        catch (Exception error)
        {
            await context.CallActivityAsync("Undo");
            return "caught " + error.GetType().Name;
        }
    });
});
string id = await client.ScheduleNewOrchestrationInstanceAsync("Approval", true);
await client.WaitForInstanceStartAsync(id, limit.Token);
await client.RaiseEventAsync(id, "Approved", "yes");
OrchestrationMetadata end = await client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, limit.Token);
seen = $"event: {end.RuntimeStatus} {end.FailureDetails?.ErrorType.Split('.')[^1]}, undone {undone}";
id = await client.ScheduleNewOrchestrationInstanceAsync("Approval", false);
end = await client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, limit.Token);
seen += $"; result: {end.RuntimeStatus} {end.SerializedOutput}";
CS
