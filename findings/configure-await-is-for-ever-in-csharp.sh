#!/usr/bin/env bash
# Guess: an orchestrator that awaits an activity with ConfigureAwait(false), as the rule CA2007 asks for in libraries, works, since nothing behind the
# await minds the thread; or it fails with a sentence about threads.
# Is: the activity runs, and the orchestrator is Running for ever after, without a failure: even where the result is only returned. The same call
# without it, or with ConfigureAwait(true), completes.
. "$(dirname "$0")/support/test-host.sh"
play 'True: Completed; False: Running after 10 s; activities run: 2' <<'CS'
int ran = 0;
DurableTaskClient client = await hosting(tasks =>
{
    tasks.AddActivityFunc<int, string>("Greet", (TaskActivityContext context, int _) => { ran++; return Task.FromResult("hello"); });
    tasks.AddOrchestratorFunc<bool, string>("Main", async (context, same) => await context.CallActivityAsync<string>("Greet", 0).ConfigureAwait(same));
});
foreach (bool same in new[] { true, false })
{
    string id = await client.ScheduleNewOrchestrationInstanceAsync("Main", same);
    using CancellationTokenSource enough = new();
    Task<OrchestrationMetadata> end = client.WaitForInstanceCompletionAsync(id, enough.Token);
    while (ran < (same ? 1 : 2)) await Task.Delay(50, limit.Token);
    await Task.WhenAny(end, Task.Delay(10_000));
    OrchestrationRuntimeStatus status = (await client.GetInstanceAsync(id))!.RuntimeStatus;
    seen += $"{same}: {status}{(end.IsCompleted ? "" : " after 10 s")}; ";
    enough.Cancel();
}
seen += $"activities run: {ran}";
CS
