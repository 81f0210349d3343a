# Sourced by the scripts beside it: Wolverine with sagas and messages in memory. A script writes Sagas.cs, with a class Seen whose `Log` is a queue of
# texts, and calls `play EXPECTED` with C# statements on its standard input: `bus` sends messages, `logged(text)` waits until the text is in the log,
# and what is put into `seen` must be EXPECTED.
. "$(dirname "${BASH_SOURCE[0]}")/dotnet.sh"
project WolverineFx 6.62.0 WolverineFx.RuntimeCompilation 6.62.0 Microsoft.Extensions.Hosting 10.0.2

play() {
  {
    echo '
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Wolverine;
using Wolverine.RuntimeCompilation;
using CancellationTokenSource limit = new(TimeSpan.FromSeconds(60));
using IHost host = await Host.CreateDefaultBuilder()
    .ConfigureLogging(logging => logging.ClearProviders())
    .UseWolverine(options =>
    {
        options.UseRuntimeCompilation();
        options.Durability.Mode = DurabilityMode.Solo;
    })
    .StartAsync();
IMessageBus bus = host.Services.GetRequiredService<IMessageBus>();
string seen = "";
async Task logged(string text)
{
    while (!Seen.Log.Contains(text)) await Task.Delay(20, limit.Token);
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
  is 'WolverineFx 6.62.0' "$(run)" "$1"
}
