using System.Collections.Concurrent;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

public static class Retries
{
    public record Transfer(string From, string To, int Amount);
    public record Entry(string Account, int Amount);

    static readonly ConcurrentDictionary<string, int> Attempts = new();

    // The input is how often the service fails before it answers; three attempts are made, 100 ms apart and then 200 ms.
    [Function("CallFlakyService")]
    public static Task<string> CallFlakyService([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        RetryPolicy policy = new(maxNumberOfAttempts: 3, firstRetryInterval: TimeSpan.FromMilliseconds(100), backoffCoefficient: 2);
        int failures = context.GetInput<int?>() ?? 2;
        return context.CallActivityAsync<string>("FlakyService", failures, TaskOptions.FromRetryPolicy(policy));
    }

    [Function("FlakyService")]
    public static string FlakyService([ActivityTrigger] int failures, string instanceId)
    {
        int attempt = Attempts.AddOrUpdate(instanceId, 1, (_, before) => before + 1);
        if (attempt <= failures) throw new InvalidOperationException($"The service is not available (attempt {attempt}).");
        Attempts.TryRemove(instanceId, out _);
        return $"answered at attempt {attempt}";
    }

    // Whoever catches the error can put right what was done before.
    [Function("TransferFunds")]
    public static async Task<string> TransferFunds([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var (from, to, amount) = context.GetInput<Transfer>() ?? new Transfer("savings", "closed-account", 100);
        await context.CallActivityAsync<string>("DebitAccount", new Entry(from, amount));
        try
        {
            await context.CallActivityAsync<string>("CreditAccount", new Entry(to, amount));
            return "transferred";
        }
        catch (TaskFailedException)
        {
            await context.CallActivityAsync<string>("CreditAccount", new Entry(from, amount));
            return "refunded";
        }
    }

    [Function("DebitAccount")]
    public static string DebitAccount([ActivityTrigger] Entry entry) => $"{entry.Account}: -{entry.Amount}";

    [Function("CreditAccount")]
    public static string CreditAccount([ActivityTrigger] Entry entry) => entry.Account == "closed-account"
        ? throw new InvalidOperationException("The account is closed.")
        : $"{entry.Account}: +{entry.Amount}";
}
