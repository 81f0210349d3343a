# Sourced by the scripts beside it: persistent actors of Akka.NET with the journal in memory. A script writes the file Order.cs, a class Order whose
# `Log` is a queue of texts, and calls `play EXPECTED` with C# statements on its standard input: `order` is its actor, `logged(text)` waits until the
# text is in the log, and what is put into `seen` must be EXPECTED.
. "$(dirname "${BASH_SOURCE[0]}")/dotnet.sh"
project Akka.Persistence 1.5.74

play() {
  {
    echo '
using Akka.Actor;
using Akka.Configuration;
using CancellationTokenSource limit = new(TimeSpan.FromSeconds(60));
ActorSystem system = ActorSystem.Create("shop", ConfigurationFactory.ParseString("akka { loglevel = OFF, stdout-loglevel = OFF }"));
IActorRef order = system.ActorOf(Props.Create(() => new Order()));
string seen = "";
async Task logged(string text)
{
    while (!Order.Log.Contains(text)) await Task.Delay(20, limit.Token);
}
'
    cat
    echo '
Console.WriteLine(seen);
Console.Out.Flush();
Environment.Exit(0);
'
  } > Program.cs
  build
  is 'Akka.Persistence 1.5.74' "$(run)" "$1"
}
