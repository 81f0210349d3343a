#!/usr/bin/env bash
# Guess: in a workflow of Microsoft's Agent Framework with checkpoints the card is charged and a mail is sent side by side, and the mail fails. Resumed from
# the last checkpoint, the mail is sent again; the charge, whose executor has completed (its event says so), is done, as an activity of a fan-out is.
# Is: checkpoints lie between supersteps, and a superstep with a failure leaves none: all executors beside the failed one run again, and the card is
# charged twice. What they gave the first time is gone.
. "$(dirname "$0")/support/dotnet.sh"
project Microsoft.Agents.AI.Workflows 1.28.0
cat > Program.cs <<'CS'
using Microsoft.Agents.AI.Workflows;
Step order = new("order"), charge = new("charge"), mail = new("mail", fails: 1), end = new("end");
Workflow workflow = new WorkflowBuilder(order)
    .AddFanOutEdge(order, [charge, mail])
    .AddFanInBarrierEdge([charge, mail], end)
    .WithOutputFrom(end)
    .Build();
CheckpointManager checkpoints = CheckpointManager.CreateInMemory();
Run first = await InProcessExecution.RunAsync(workflow, "book", checkpoints);
string completed = string.Join(" ", first.OutgoingEvents.OfType<ExecutorCompletedEvent>().Select(e => e.ExecutorId).Order());
CheckpointInfo last = first.LastCheckpoint!;
await first.DisposeAsync();
Step.Log.Add("resumed");
await using Run second = await InProcessExecution.ResumeAsync(workflow, last, checkpoints);
Console.WriteLine($"completed at first: {completed}; {string.Join(" ", Step.Log)}; {await second.GetStatusAsync()}");
class Step(string id, int fails = 0) : Executor<string, string>(id)
{
    public static readonly List<string> Log = new();
    private int left = fails;
    public override async ValueTask<string> HandleAsync(string message, IWorkflowContext context, CancellationToken token = default)
    {
        if (Id == "mail") await Task.Delay(300, token);
        Log.Add(left > 0 ? $"{Id}(fails)" : Id);
        if (left-- > 0) throw new InvalidOperationException("no mail server");
        return Id;
    }
}
CS
build
is 'Microsoft.Agents.AI.Workflows 1.28.0' "$(run)" \
  'completed at first: charge order; order charge mail(fails) resumed charge mail end end; Idle'
