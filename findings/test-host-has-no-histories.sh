#!/usr/bin/env bash
# Guess: in a test on Microsoft.DurableTask.InProcessTestHost GetOrchestrationHistoryAsync gives the events of an orchestration that has ended, as it
# does with the Durable Task Scheduler: a test may count the activities that ran, or keep the history to replay it later.
# Is: no events and no exception, for an instance that is there and has run an activity. A test that counts failed activities finds none, always.
. "$(dirname "$0")/support/test-host.sh"
play 'it ends Completed, then 0 events' <<'CS'
DurableTaskClient client = await hosting(tasks =>
{
    tasks.AddOrchestratorFunc<int, string>("Main", (context, _) => context.CallActivityAsync<string>("Hello", "Oslo"));
    tasks.AddActivityFunc<string, string>("Hello", (context, name) => $"Hello {name}");
});
string id = await client.ScheduleNewOrchestrationInstanceAsync("Main", 0);
OrchestrationMetadata end = await client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, limit.Token);
string history;
try { history = (await client.GetOrchestrationHistoryAsync(id)).Count + " events"; }
catch (Exception error) { history = $"{error.GetType().Name}: {error.Message}"; }
seen = $"it ends {end.RuntimeStatus}, then {history}";
CS
