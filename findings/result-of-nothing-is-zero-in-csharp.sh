#!/usr/bin/env bash
# Guess: `await context.CallActivityAsync<int>("GetPrice")` throws where the activity returns nothing (it is of a kind without a result, or returned
# null): there is no number. The same for a bool, a date or a record that cannot be null.
# Is: it is 0, false, the first day of the year 1, null, without an exception or a warning: the order goes through with a price of nothing. So is the
# input of an orchestrator that is started without one.
. "$(dirname "$0")/support/test-host.sh"
play 'price 0, paid False, due 0001, order is null; input 0' <<'CS'
DurableTaskClient client = await hosting(tasks =>
{
    tasks.AddActivityFunc<string?>("Nothing", (TaskActivityContext context, string? _) => Task.CompletedTask);
    tasks.AddOrchestratorFunc<int, string>("Order", async (context, input) =>
    {
        int price = await context.CallActivityAsync<int>("Nothing");
        bool paid = await context.CallActivityAsync<bool>("Nothing");
        DateTime due = await context.CallActivityAsync<DateTime>("Nothing");
        Uri order = await context.CallActivityAsync<Uri>("Nothing");
        return $"price {price}, paid {paid}, due {due:yyyy}, order is {(order is null ? "null" : "there")}; input {input}";
    });
});
string id = await client.ScheduleNewOrchestrationInstanceAsync("Order");
OrchestrationMetadata end = await client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, limit.Token);
seen = end.ReadOutputAs<string>() ?? $"{end.RuntimeStatus} {end.FailureDetails}";
CS
