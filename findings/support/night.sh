# Sourced by the scripts beside it: what schedules of .NET name in the nights in which the clocks of Berlin change, with public packages in a temporary
# folder. A script calls `nights EXPECTED` with entries `["NAME"] = (time, zone) => the next time behind it` on its standard input; `quartz(schedule)` is
# such an entry of a Quartz trigger. Of each entry the times from one to half past four o'clock are told, in UTC: in spring, then in autumn.
. "$(dirname "${BASH_SOURCE[0]}")/dotnet.sh"
project Quartz 4.7.3 Cronos 0.13.0

nights() {
  {
    echo '
using Quartz;
using Quartz.Extensibility;
using Next = System.Func<System.DateTimeOffset, System.TimeZoneInfo, System.DateTimeOffset?>;
TimeZoneInfo berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");
Next quartz(Action<TriggerBuilder<IJob>> schedule)
{
    TriggerBuilder<IJob> builder = TriggerBuilder.Create().StartAt(new DateTimeOffset(2026, 1, 1, 0, 30, 0, TimeSpan.FromHours(1)));
    schedule(builder);
    IOperableTrigger trigger = (IOperableTrigger)builder.Build();
    return (time, _) => trigger.GetFireTimeAfter(time);
}
string times(Next next, string from, string to)
{
    List<string> seen = new();
    DateTimeOffset end = DateTimeOffset.Parse(to);
    for (DateTimeOffset? time = next(DateTimeOffset.Parse(from), berlin); time < end; time = next(time.Value, berlin)) seen.Add($"{time:HH:mm}");
    return string.Join(" ", seen);
}
string utc(Next next, string from, string to) => times((time, zone) => next(time, zone)?.ToUniversalTime(), from, to);
Dictionary<string, Next> schedules = new()
{'
    cat
    echo '
};
Console.WriteLine(string.Join("; ", schedules.Select(one => $"{one.Key}: " +
    $"{utc(one.Value, "2026-03-28T23:59:00Z", "2026-03-29T02:31:00Z")}, {utc(one.Value, "2026-10-24T22:59:00Z", "2026-10-25T03:31:00Z")}")));'
  } > Program.cs
  build
  is 'Quartz 4.7.3, Cronos 0.13.0' "$(run)" "$1"
}
