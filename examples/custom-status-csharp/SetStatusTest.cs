using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

public static class SetStatusTest
{
    [Function(nameof(SetStatusTest))]
    public static async Task Run([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        await context.CallActivityAsync(nameof(DoWork), 10);

        // update the status of the orchestration with some arbitrary data
        context.SetCustomStatus(new { nextActions = new[] { "A", "B", "C" }, foo = 2 });

        await context.CallActivityAsync(nameof(DoWork), 1000);
    }

    // The input is how long the work takes, in milliseconds.
    [Function(nameof(DoWork))]
    public static Task DoWork([ActivityTrigger] int milliseconds) => Task.Delay(milliseconds);
}
