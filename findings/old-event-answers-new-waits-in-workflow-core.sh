#!/usr/bin/env bash
# Guess: an event that a Workflow Core workflow was waiting for is used up when the wait has it: a second WaitFor of that name and key, later in the
# workflow, waits for a second event, and a workflow that is started tomorrow waits for tomorrow's.
# Is: each wait takes the first event that was ever published under its name and key. The second WaitFor has the first approval again at once, and a
# new workflow for the same order goes through with the old one, with nobody asked, until WaitFor is given an effective date.
source "$(dirname "$0")/support/workflow-core.sh"
play 'first ends Complete with yes and yes; the next one ends Complete with yes and yes; one with an effective date is Runnable' <<'CS'
Build twice(DateTime? since) => builder => builder
    .StartWith(_ => ExecutionResult.Next())
    .WaitFor("Approval", (data, context) => "order 1", data => since ?? default).Output(data => data.First, step => step.EventData)
    .WaitFor("Approval", (data, context) => "order 1", data => since ?? default).Output(data => data.Second, step => step.EventData);
define("approvals", builder => builder
    .StartWith(_ => ExecutionResult.Next())
    .WaitFor("Approval", (data, context) => "order 1").Output(data => data.First, step => step.EventData)
    .WaitFor("Approval", (data, context) => "order 1").Output(data => data.Second, step => step.EventData));
define("from now on", twice(DateTime.Now.AddHours(1)));
host.Start();
async Task<string> End(string id)
{
    WorkflowStatus status = await until(id, now => now.Status != WorkflowStatus.Runnable);
    Data data = (Data)(await state(id)).Data;
    return $"{status} with {data.First} and {data.Second}";
}
string first = await start("approvals");
await until(first, now => now.ExecutionPointers.Any(pointer => pointer.EventName == "Approval"));
await host.PublishEvent("Approval", "order 1", "yes");
string ends = await End(first);
string next = await End(await start("approvals"));
string dated = await start("from now on");
await until(dated, now => now.ExecutionPointers.Any(pointer => pointer.EventName == "Approval"));
await Task.Delay(2000);
seen = $"first ends {ends}; the next one ends {next}; one with an effective date is {(await state(dated)).Status}";
CS
