# Sourced by the scripts beside it: tests on Microsoft.DurableTask.InProcessTestHost. A script calls `play EXPECTED` with C# statements on its standard
# input: `hosting(tasks => ...)` starts a host and gives its client, `limit` ends what waits too long, and what is put into `seen` must be EXPECTED.
. "$(dirname "${BASH_SOURCE[0]}")/dotnet.sh"
version=0.2.3-preview.1

play() {
  project Microsoft.DurableTask.InProcessTestHost "$version"
  {
    echo '
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Testing;
using CancellationTokenSource limit = new(TimeSpan.FromSeconds(60));
string seen = "";
DurableTaskTestHost? host = null;
async Task<DurableTaskClient> hosting(Action<DurableTaskRegistry> tasks) => (host = await DurableTaskTestHost.StartAsync(tasks)).Client;
'
    cat
    echo '
Console.WriteLine($"seen: {seen}");
if (host is not null) await host.DisposeAsync();
'
  } > Program.cs
  build
  export Logging__LogLevel__Default=None
  is "Microsoft.DurableTask.InProcessTestHost $version" "$(run | sed -n 's/^seen: //p')" "$1"
}
