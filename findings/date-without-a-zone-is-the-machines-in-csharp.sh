#!/usr/bin/env bash
# Guess: an orchestrator's time is UTC (CurrentUtcDateTime), so that CreateTimer takes a date without a zone, such as "2026-12-01T09:00:00" out of the input's
# JSON, for UTC, or refuses it: what a timer means cannot hang on the machine on which the episode happens to run.
# Is: it is taken for the local time of that machine. Where that is UTC, as in the cloud, the timer comes when it is due; on a developer's machine in New York it
# comes hours late, in Tokyo at once. With a Z in the text it is the same moment everywhere.
. "$(dirname "$0")/support/test-host.sh"
export TZ=UTC
play 'without a zone: when due; with Z: when due' <<'CS'
DurableTaskClient client = await hosting(tasks => tasks.AddOrchestratorFunc<DateTime, string>("Remind", async (context, date) =>
{
    using CancellationTokenSource over = new();
    Task due = context.CreateTimer(date, over.Token);
    Task before = context.CreateTimer(TimeSpan.FromSeconds(2), over.Token);
    Task behind = context.CreateTimer(TimeSpan.FromSeconds(15), over.Token);
    bool early = await Task.WhenAny(due, before) == due;
    bool late = !early && await Task.WhenAny(due, behind) == behind;
    over.Cancel();
    return early ? "too early" : late ? "not when due" : "when due";
}));
async Task<string> remind(string zone)
{
    string id = await client.ScheduleNewOrchestrationInstanceAsync("Remind", DateTime.UtcNow.AddSeconds(8).ToString("s") + zone);
    return (await client.WaitForInstanceCompletionAsync(id, true, limit.Token)).ReadOutputAs<string>()!;
}
string[] texts = await Task.WhenAll(remind(""), remind("Z"));
seen = $"without a zone: {texts[0]}; with Z: {texts[1]}";
CS
is 'New York' "$(TZ=America/New_York run | sed -n 's/^seen: //p')" 'without a zone: not when due; with Z: when due'
is 'Tokyo' "$(TZ=Asia/Tokyo run | sed -n 's/^seen: //p')" 'without a zone: too early; with Z: when due'
