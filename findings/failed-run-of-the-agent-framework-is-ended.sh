#!/usr/bin/env bash
# Guess: a workflow of Microsoft's Agent Framework whose executor throws makes RunAsync throw, or has a status that says so; one that went through has Ended.
# Is: nothing is thrown, and Ended is the status of the one that failed: no status says failure. The one that went through is Idle, and so is one
# whose message no edge took, which did nothing of what it is for. What failed stands only among the events, where its text is an inner exception.
. "$(dirname "$0")/support/dotnet.sh"
project Microsoft.Agents.AI.Workflows 1.28.0
cat > Program.cs <<'CS'
using Microsoft.Agents.AI.Workflows;
List<string> seen = new();
foreach ((string name, bool refused, bool taken) in new[] { ("through", false, true), ("refused", true, true), ("not taken", false, false) })
{
    Order order = new();
    Charge charge = new(refused);
    Workflow workflow = new WorkflowBuilder(order).AddEdge<string>(order, charge, _ => taken).WithOutputFrom(charge).Build();
    await using Run run = await InProcessExecution.RunAsync(workflow, "book");
    WorkflowErrorEvent? error = run.OutgoingEvents.OfType<WorkflowErrorEvent>().SingleOrDefault();
    seen.Add($"{name}: {await run.GetStatusAsync()}, charged {charge.Done}, {(error?.Data as Exception)?.InnerException?.Message ?? "no error"}");
}
Console.WriteLine(string.Join("; ", seen));
class Order() : Executor<string, string>("order")
{
    public override ValueTask<string> HandleAsync(string message, IWorkflowContext context, CancellationToken token = default) => new(message);
}
class Charge(bool refused) : Executor<string, string>("charge")
{
    public bool Done { get; private set; }
    public override ValueTask<string> HandleAsync(string message, IWorkflowContext context, CancellationToken token = default)
    {
        if (refused) throw new InvalidOperationException("card refused");
        Done = true;
        return new("charged");
    }
}
CS
build
is 'Microsoft.Agents.AI.Workflows 1.28.0' "$(run)" 'through: Idle, charged True, no error; refused: Ended, charged False, card refused; not taken: Idle, charged False, no error'
