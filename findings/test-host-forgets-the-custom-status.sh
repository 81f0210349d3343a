#!/usr/bin/env bash
# Guess: in a test on Microsoft.DurableTask.InProcessTestHost an eternal orchestration keeps the custom status that it set before ContinueAsNew
# until it sets another, as DurableTask.Core carries it over to the next generation.
# Is: the next generation begins without one, so that a test that looks at the status of a loop sees none where production shows the last.
. "$(dirname "$0")/support/test-host.sh"
play '"first round", then Running with none' <<'CS'
DurableTaskClient client = await hosting(tasks =>
    tasks.AddOrchestratorFunc<int, string>("Loop", async (context, round) =>
    {
        if (round == 0)
        {
            context.SetCustomStatus("first round");
            await context.WaitForExternalEvent<string>("Go");
            context.ContinueAsNew(1);
            return "";
        }
        await context.WaitForExternalEvent<string>("Go");
        return "done";
    }));
string id = await client.ScheduleNewOrchestrationInstanceAsync("Loop", 0);
async Task<OrchestrationMetadata> Until(Func<OrchestrationMetadata, bool> isSo)
{
    while (true)
    {
        OrchestrationMetadata? now = await client.GetInstanceAsync(id, getInputsAndOutputs: true, limit.Token);
        if (now is not null && isSo(now)) return now;
        await Task.Delay(50, limit.Token);
    }
}
OrchestrationMetadata first = await Until(now => now.SerializedCustomStatus is not null);
await client.RaiseEventAsync(id, "Go", "on");
OrchestrationMetadata second = await Until(now => now.SerializedInput == "1");
await Task.Delay(500);
second = (await client.GetInstanceAsync(id, getInputsAndOutputs: true))!;
seen = $"{first.SerializedCustomStatus}, then {second.RuntimeStatus} with {second.SerializedCustomStatus ?? "none"}";
CS
