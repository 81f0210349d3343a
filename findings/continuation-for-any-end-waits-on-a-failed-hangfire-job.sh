#!/usr/bin/env bash
# Guess: in Hangfire a continuation with OnAnyFinishedState is the place for what must be done in any case: it runs when the job before it has succeeded, was
# deleted or has failed with no attempt left. The one for success alone is deleted when that can come no more.
# Is: a failed job counts as not finished. Both continuations are Awaiting for ever, without a reason; what should tell the customer or give the goods back
# does not run until somebody deletes the failed job by hand. Where the job is deleted, each does what its name says.
. "$(dirname "$0")/support/dotnet.sh"
project Hangfire.Core 1.8.25 Hangfire.InMemory 1.0.0 Newtonsoft.Json 13.0.3
cat > Program.cs <<'CS'
using Hangfire;
using Hangfire.InMemory;
using Hangfire.Storage;
using CancellationTokenSource limit = new(TimeSpan.FromSeconds(60));
using InMemoryStorage storage = new();
JobStorage.Current = storage;
using BackgroundJobServer server = new(new BackgroundJobServerOptions { WorkerCount = 2 }, storage);
string state(string id)
{
    using IStorageConnection connection = storage.GetConnection();
    return connection.GetStateData(id).Name;
}
async Task until(string id, string name)
{
    while (state(id) != name) await Task.Delay(20, limit.Token);
}
string charge = BackgroundJob.Enqueue(() => Jobs.Charge());
string any = BackgroundJob.ContinueJobWith(charge, () => Jobs.Note("undone"), JobContinuationOptions.OnAnyFinishedState);
string good = BackgroundJob.ContinueJobWith(charge, () => Jobs.Note("shipped"));
await until(charge, "Failed");
await until(BackgroundJob.Enqueue(() => Jobs.Note("another job")), "Succeeded");
string failed = $"any end {state(any)}, success {state(good)}, log: {string.Join(", ", Jobs.Log)}";
BackgroundJob.Delete(charge);
await until(any, "Succeeded");
await until(good, "Deleted");
Console.WriteLine($"failed: {failed}; deleted: any end {state(any)}, success {state(good)}, log: {string.Join(", ", Jobs.Log)}");
public static class Jobs
{
    public static readonly System.Collections.Concurrent.ConcurrentQueue<string> Log = new();
    [AutomaticRetry(Attempts = 0)]
    public static void Charge() => throw new InvalidOperationException("card refused");
    public static void Note(string text) => Log.Enqueue(text);
}
CS
build
is 'Hangfire.Core 1.8.25, Hangfire.InMemory 1.0.0' "$(run)" \
  'failed: any end Awaiting, success Awaiting, log: another job; deleted: any end Succeeded, success Deleted, log: another job, undone'
