#!/usr/bin/env bash
# Guess: a machine of Stateless enters "Paying", whose entry action fires a reminder and charges the card; the charge throws. Then nothing has happened: the
# state that the program keeps is the one before, "pay" can be fired again, and the reminder is gone with the rest.
# Is: the state is written before its entry action runs, so the order is kept as Paying with no charge made, and "pay" is refused. The reminder is neither
# fired nor gone: it lies in the machine until somebody fires something else, and comes first then. "retry", which Paying permits, is met by
# the state behind the reminder, which does not.
. "$(dirname "$0")/support/dotnet.sh"
project Stateless 5.20.1
cat > Program.cs <<'CS'
using Stateless;
string kept = "Open";
List<string> log = new();
StateMachine<string, string> order = new(() => kept, state => kept = state);
order.Configure("Open").Permit("pay", "Paying");
order.Configure("Paying").Permit("retry", "Open").Permit("remind", "Reminded").OnEntry(() =>
{
    order.Fire("remind");
    log.Add("no answer");
    throw new TimeoutException();
});
order.Configure("Reminded").OnEntry(() => log.Add("reminded"));
string fired(string trigger)
{
    string then = "done";
    try { order.Fire(trigger); } catch (Exception error) { then = error.GetType().Name; }
    return $"{trigger}: {then}, {kept}, {string.Join(" + ", log)}";
}
Console.WriteLine($"{fired("pay")}; can pay {order.CanFire("pay")}, can retry {order.CanFire("retry")}; {fired("retry")}");
CS
build
is 'Stateless 5.20.1' "$(run)" 'pay: TimeoutException, Paying, no answer; can pay False, can retry True; retry: InvalidOperationException, Reminded, no answer + reminded'
