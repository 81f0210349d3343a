#!/usr/bin/env bash
# Guess: a Restate invocation that is cancelled while a step under ctx.run charges a card hears of it when the step is over (the charge is a thing
# of the log then), or the step is told to stop; what the catch block undoes comes after the charge either way.
# Is: the catch block has the cancellation at once, while the step runs on. The refund is made and the handler has ended when the card is charged, and
# the step's result goes nowhere: the money is gone, with a compensation that has run in full. The signal that a step can listen to is set only
# when the handler has ended, behind the refund.
source "$(dirname "$0")/support/restate.sh"
play '{"cancelled":202,"log":["charging","caught: Cancelled","refunded","ended","told to stop","charged"]}' "
  async order(ctx) {
    try {
      await ctx.run('charge', async () => {
        log.push('charging');
        ctx.request().attemptCompletedSignal.addEventListener('abort', () => log.push('told to stop'));
        await later(4000);
        log.push('charged');
      });
    } catch (error) {
      log.push('caught: ' + error.message);
      await ctx.run('refund', () => { log.push('refunded'); });
      log.push('ended');
    }
  }," <<'JS'
const { invocationId } = await send.order();
while (!log.length) await later(20);
const cancelled = await cancel(invocationId);
while (!log.includes('charged')) await later(20);
return { cancelled, log };
JS
for i in 1 2; do timeout 100 ./undo-comes-before-the-charge-when-restate-cancels.sh 2>/tmp/finds/err </dev/null; done; pgrep -fa restate-server | head -3
cat > result-of-nothing-is-zero-in-csharp.sh <<'SH'
#!/usr/bin/env bash
# Guess: `await context.CallActivityAsync<int>("GetPrice")` throws where the activity returns nothing (it is of a kind without a result, or returned
# null): there is no number. The same for a bool, a date or a record that cannot be null.
# Is: it is 0, false, the first day of the year 1, null, without an exception or a warning: the order goes through with a price of nothing. So are the
# input of an orchestrator that is started without one, and an event without data that is waited for as a number.
. "$(dirname "$0")/support/test-host.sh"
play 'price 0, paid False, due 0001, order is null; input 0; event 0' <<'CS'
DurableTaskClient client = await hosting(tasks =>
{
    tasks.AddActivityFunc<string?>("Nothing", (TaskActivityContext context, string? _) => Task.CompletedTask);
    tasks.AddOrchestratorFunc<int, string>("Order", async (context, input) =>
    {
        int price = await context.CallActivityAsync<int>("Nothing");
        bool paid = await context.CallActivityAsync<bool>("Nothing");
        DateTime due = await context.CallActivityAsync<DateTime>("Nothing");
        Shipment order = await context.CallActivityAsync<Shipment>("Nothing");
        string seen = $"price {price}, paid {paid}, due {due:yyyy}, order is {(order is null ? "null" : "there")}; input {input}";
        return $"{seen}; event {await context.WaitForExternalEvent<int>("Price")}";
    });
});
string id = await client.ScheduleNewOrchestrationInstanceAsync("Order");
await client.WaitForInstanceStartAsync(id, limit.Token);
await client.RaiseEventAsync(id, "Price");
OrchestrationMetadata end = await client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, limit.Token);
seen = end.ReadOutputAs<string>() ?? $"{end.RuntimeStatus} {end.FailureDetails}";
CS
sed -i 's/^# Sourced by the scripts beside it: tests on/# Sourced by the scripts beside it: tests on/' support/test-host.sh
# records after statements
printf '%s\n' "CS" >/dev/null
cat > event-of-another-type-is-past-every-catch-in-csharp.sh <<'SH'
#!/usr/bin/env bash
# Guess: an event whose data is not of the type that the code waits for ("yes" for a bool, from a form) throws where it is awaited, so that a try/catch
# there can ask again; an event that fits comes later.
# Is: no catch of the orchestrator sees it, not even one around everything: the instance ends as Failed with a JsonException at once, in the step in
# which the event comes, and nothing that was to be undone is. The same data as an activity's result is caught where it is awaited.
. "$(dirname "$0")/support/test-host.sh"
play 'event: Failed JsonException, undone 0; result: Completed "caught JsonException"' <<'CS'
int undone = 0;
DurableTaskClient client = await hosting(tasks =>
{
    tasks.AddActivityFunc<string?, string>("Yes", (TaskActivityContext context, string? _) => Task.FromResult("yes"));
    tasks.AddActivityFunc<string?>("Undo", (TaskActivityContext context, string? _) => { undone++; return Task.CompletedTask; });
    tasks.AddOrchestratorFunc<bool, string>("Approval", async (context, fromEvent) =>
    {
        try
        {
            return $"{(fromEvent ? await context.WaitForExternalEvent<bool>("Approved") : await context.CallActivityAsync<bool>("Yes"))}";
        }
        catch (Exception error)
        {
            await context.CallActivityAsync("Undo");
            return "caught " + error.GetType().Name;
        }
    });
});
string id = await client.ScheduleNewOrchestrationInstanceAsync("Approval", true);
await client.WaitForInstanceStartAsync(id, limit.Token);
await client.RaiseEventAsync(id, "Approved", "yes");
OrchestrationMetadata end = await client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, limit.Token);
seen = $"event: {end.RuntimeStatus} {end.FailureDetails?.ErrorType.Split('.')[^1]}, undone {undone}";
id = await client.ScheduleNewOrchestrationInstanceAsync("Approval", false);
end = await client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, limit.Token);
seen += $"; result: {end.RuntimeStatus} {end.SerializedOutput}";
CS
chmod +x *.sh
for f in result-of-nothing-is-zero-in-csharp event-of-another-type-is-past-every-catch-in-csharp; do timeout 120 ./$f.sh </dev/null 2>&1 | tail -5; done
