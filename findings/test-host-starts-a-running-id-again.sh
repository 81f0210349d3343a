#!/usr/bin/env bash
# Guess: in a test on Microsoft.DurableTask.InProcessTestHost a second start under the id of an instance that still runs is refused, so that a test
# of code that must not start a thing twice finds the second start.
# Is: it is taken without a word, and the instance that ran is gone with its input: what runs then is the second one.
. "$(dirname "$0")/support/test-host.sh"
play 'the second start is taken; it has the input "second" and ends Completed "second: on"' <<'CS'
DurableTaskClient client = await hosting(tasks =>
    tasks.AddOrchestratorFunc<string, string>("Wait", async (context, input) => $"{input}: {await context.WaitForExternalEvent<string>("Go")}"));
StartOrchestrationOptions twice = new("twice");
await client.ScheduleNewOrchestrationInstanceAsync("Wait", "first", twice);
await client.WaitForInstanceStartAsync("twice", limit.Token);
string second;
try
{
    await client.ScheduleNewOrchestrationInstanceAsync("Wait", "second", twice);
    second = "taken";
}
catch (Exception error)
{
    second = $"refused ({error.GetType().Name})";
}
await Task.Delay(1000);
OrchestrationMetadata now = (await client.GetInstanceAsync("twice", getInputsAndOutputs: true))!;
await client.RaiseEventAsync("twice", "Go", "on");
OrchestrationMetadata end = await client.WaitForInstanceCompletionAsync("twice", getInputsAndOutputs: true, limit.Token);
seen = $"the second start is {second}; it has the input {now.SerializedInput} and ends {end.RuntimeStatus} {end.SerializedOutput}";
CS
