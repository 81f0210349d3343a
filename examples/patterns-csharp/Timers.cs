using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

public static class Timers
{
    public record Reminders(int Times = 3, int Milliseconds = 100);
    public record Quote(int QuoteMilliseconds = 500, int TimeoutMilliseconds = 100);
    public record Job(int Looks = 1, int DoneAfter = 3, int Milliseconds = 50);

    // Sends one reminder after another. The input is { times, milliseconds }.
    [Function("SendReminders")]
    public static async Task<List<string>> SendReminders([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        Reminders reminders = context.GetInput<Reminders>() ?? new();
        List<string> sent = [];
        for (int number = 1; number <= reminders.Times; number++)
        {
            await context.CreateTimer(TimeSpan.FromMilliseconds(reminders.Milliseconds), CancellationToken.None);
            sent.Add(await context.CallActivityAsync<string>("SendReminder", number));
        }

        return sent;
    }

    [Function("SendReminder")]
    public static string SendReminder([ActivityTrigger] int number) => $"Reminder {number}";

    // Gives a slow activity a certain time. The input is { quoteMilliseconds, timeoutMilliseconds }.
    [Function("TryGetQuote")]
    public static async Task<object> TryGetQuote([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        Quote asked = context.GetInput<Quote>() ?? new();
        using CancellationTokenSource decided = new();
        Task<int> quote = context.CallActivityAsync<int>("GetQuote", asked.QuoteMilliseconds);
        Task timeout = context.CreateTimer(TimeSpan.FromMilliseconds(asked.TimeoutMilliseconds), decided.Token);

        Task winner = await Task.WhenAny(quote, timeout);
        if (winner == timeout) return "too late";
        decided.Cancel();
        return await quote;
    }

    [Function("GetQuote")]
    public static async Task<int> GetQuote([ActivityTrigger] int milliseconds)
    {
        await Task.Delay(milliseconds);
        return 42;
    }

    // Looks after a job until it is done and begins anew after each look, so that its history stays short.
    [Function("MonitorJob")]
    public static async Task<object?> MonitorJob([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        Job job = context.GetInput<Job>() ?? new();
        bool done = await context.CallActivityAsync<bool>("IsJobDone", job);
        context.SetCustomStatus(new { looks = job.Looks, done });
        if (done) return new { looks = job.Looks };
        await context.CreateTimer(TimeSpan.FromMilliseconds(job.Milliseconds), CancellationToken.None);
        context.ContinueAsNew(job with { Looks = job.Looks + 1 });
        return null;
    }

    [Function("IsJobDone")]
    public static bool IsJobDone([ActivityTrigger] Job job) => job.Looks >= job.DoneAfter;

    public record Cleanup(int Milliseconds = 60 * 60 * 1000, int Rounds = 0);

    // Never ends by itself: it cleans up, sleeps, and begins anew with a short history. End it with: durascope terminate ID
    [Function("PeriodicCleanup")]
    public static async Task PeriodicCleanup([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        Cleanup cleanup = context.GetInput<Cleanup>() ?? new();
        await context.CallActivityAsync<string>("CleanUp", cleanup.Rounds);
        context.SetCustomStatus(new { rounds = cleanup.Rounds + 1 });
        await context.CreateTimer(TimeSpan.FromMilliseconds(cleanup.Milliseconds), CancellationToken.None);
        context.ContinueAsNew(cleanup with { Rounds = cleanup.Rounds + 1 });
    }

    [Function("CleanUp")]
    public static string CleanUp([ActivityTrigger] int rounds) => $"cleaned up for the {rounds + 1}. time";
}
