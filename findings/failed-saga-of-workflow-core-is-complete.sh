#!/usr/bin/env bash
# Guess: a Workflow Core saga whose step fails is compensated, and then either the workflow goes on behind it or it ends with a status that is not
# Complete. With OnError(Terminate) on the saga it is compensated and terminated. Terminating a workflow that has ended says false.
# Is: it is compensated, what stands behind the saga is left out, and the status is Complete, as that of one that went well. With OnError(Terminate)
# nothing is compensated. Terminating the complete one afterwards says true, and it is Terminated from then on.
source "$(dirname "$0")/support/workflow-core.sh"
play 'saga Complete: book, undo; terminating Terminated: book; terminated afterwards True: Terminated' <<'CS'
Build booking(bool terminate) => builder =>
{
    var saga = builder
        .StartWith(_ => ExecutionResult.Next())
        .Saga(steps => steps.StartWith(noted("book")).CompensateWith(context => { log.Enqueue("undo"); }).Then<Fail>());
    if (terminate) saga.OnError(WorkflowErrorHandling.Terminate);
    saga.Then(noted("behind"));
};
define("saga", booking(false));
define("terminating", booking(true));
host.Start();
List<string> ends = new();
string last = "";
foreach (string id in new[] { "terminating", "saga" })
{
    log.Clear();
    last = await start(id);
    WorkflowStatus status = await until(last, now => now.Status != WorkflowStatus.Runnable);
    ends.Insert(0, $"{id} {status}: {string.Join(", ", log)}");
}
bool taken = await host.TerminateWorkflow(last);
seen = $"{string.Join("; ", ends)}; terminated afterwards {taken}: {(await state(last)).Status}";
CS
