# Sourced by the scripts beside it: durable grains of Orleans with their journals in memory. A script calls `play EXPECTED ORDER` with ORDER, the members of
# a durable grain and its interface IOrder, and C# statements on its standard input: `grain(key)` is one, `anew(key)` the same one in a new activation,
# and what is put into `seen` must be EXPECTED. The journals come with the package of durable jobs, as there is no other one in memory.
. "$(dirname "${BASH_SOURCE[0]}")/dotnet.sh"
project Microsoft.Orleans.Server 10.4.2 Microsoft.Orleans.Journaling 10.4.2-alpha.1 Microsoft.Orleans.DurableJobs 10.4.2-alpha.1 Microsoft.Orleans.TestingHost 10.4.2

play() {
  {
    echo '
#pragma warning disable ORLEANSEXP003, ORLEANSEXP005
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Hosting;
using Orleans.Journaling;
using Orleans.Journaling.Json;
using Orleans.Runtime;
using Orleans.TestingHost;
InProcessTestClusterBuilder builder = new(1);
builder.ConfigureSilo((_, silo) => silo
    .UseInMemoryDurableJobs()
    .Services.Configure<JsonJournalOptions>(options => options.AddTypeInfoResolver(new DefaultJsonTypeInfoResolver())));
await using InProcessTestCluster cluster = builder.Build();
await cluster.DeployAsync();
IOrder grain(string key) => cluster.Client.GetGrain<IOrder>(key);
async Task<IOrder> anew(string key)
{
    Guid before = await grain(key).Activation();
    for (int turn = 0; turn < 200; turn++)
    {
        if (turn == 0) await grain(key).Leave();
        await Task.Delay(50);
        if (await grain(key).Activation() != before) return grain(key);
    }
    throw new TimeoutException();
}
string seen = "";'
    cat
    echo '
Console.WriteLine(seen);
Console.Out.Flush();
Environment.Exit(0);'
    echo "$2"
  } > Program.cs
  build
  is 'Microsoft.Orleans.Server 10.4.2, Microsoft.Orleans.Journaling 10.4.2-alpha.1' "$(run 2> errors.txt)" "$1"
}
