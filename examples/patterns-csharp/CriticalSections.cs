using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Entities;

public sealed class Account : TaskEntity<int>
{
    public void Deposit(int amount) => this.State += amount;

    public int Balance() => this.State;

    protected override int InitializeState(TaskEntityOperation entityOperation) => 1000;

    [Function(nameof(Account))]
    public static Task Run([EntityTrigger] TaskEntityDispatcher dispatcher) => dispatcher.DispatchAsync<Account>();
}

public static class CriticalSections
{
    public record Payment(string From, string To, int Amount);
    public record Outcome(bool Transferred, int Balance);

    // Moves money, and only what is there: nobody else has the two accounts meanwhile. The input is { from, to, amount }.
    [Function("Transfer")]
    public static async Task<Outcome> Transfer([OrchestrationTrigger] TaskOrchestrationContext context, Payment payment)
    {
        EntityInstanceId from = new(nameof(Account), payment.From);
        EntityInstanceId to = new(nameof(Account), payment.To);
        await using (await context.Entities.LockEntitiesAsync(from, to))
        {
            int balance = await context.Entities.CallEntityAsync<int>(from, "Balance");
            if (balance < payment.Amount) return new Outcome(false, balance);
            await context.Entities.CallEntityAsync(from, "Deposit", -payment.Amount);
            await context.Entities.CallEntityAsync(to, "Deposit", payment.Amount);
            return new Outcome(true, balance - payment.Amount);
        }
    }
}
