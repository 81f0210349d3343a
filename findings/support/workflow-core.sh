# Sourced by the scripts beside it: Workflow Core for .NET with its persistence in memory. A script calls `play EXPECTED` with C# statements on its
# standard input: `define(id, build)` defines a workflow, `start(id)` starts one, `state(id)` is how it stands, `until(id, isSo)` waits until that is
# so, `noted(text)` is a step that writes to the `log`, and what is put into `seen` must be EXPECTED.
. "$(dirname "${BASH_SOURCE[0]}")/dotnet.sh"

play() {
  project WorkflowCore 3.22.0 Microsoft.Extensions.Logging 10.0.0
  {
    echo '
using Microsoft.Extensions.DependencyInjection;
using WorkflowCore.Interface;
using WorkflowCore.Models;
using Build = System.Action<WorkflowCore.Interface.IWorkflowBuilder<Data>>;
ServiceProvider services = new ServiceCollection().AddLogging().AddWorkflow(o => o.UsePollInterval(TimeSpan.FromMilliseconds(100))).AddTransient<Fail>().BuildServiceProvider();
IWorkflowHost host = services.GetRequiredService<IWorkflowHost>();
System.Collections.Concurrent.ConcurrentQueue<string> log = new();
string seen = "";
void define(string id, Build build) => host.Registry.RegisterWorkflow(new Workflow(id, build));
Task<string> start(string id) => host.StartWorkflow(id, new Data());
async Task<WorkflowInstance> state(string id) => await host.PersistenceStore.GetWorkflowInstance(id);
async Task<WorkflowStatus> until(string id, Func<WorkflowInstance, bool> isSo)
{
    while (true)
    {
        WorkflowInstance now = await state(id);
        if (isSo(now)) return now.Status;
        await Task.Delay(50);
    }
}
Func<IStepExecutionContext, ExecutionResult> noted(string text) => _ => { log.Enqueue(text); return ExecutionResult.Next(); };
'
    cat
    echo '
Console.WriteLine(seen);
Console.Out.Flush();
Environment.Exit(0);
public class Data { public object? First { get; set; } public object? Second { get; set; } }
public class Workflow(string id, Build build) : IWorkflow<Data>
{
    public string Id => id;
    public int Version => 1;
    public void Build(IWorkflowBuilder<Data> builder) => build(builder);
}
public class Fail : StepBody
{
    public override ExecutionResult Run(IStepExecutionContext context) => throw new InvalidOperationException("card refused");
}
'
  } > Program.cs
  build
  is 'WorkflowCore 3.22.0' "$(run)" "$1"
}
