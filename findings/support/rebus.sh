# Sourced by the scripts beside it: Rebus with queues and sagas in memory. A script calls `play EXPECTED` with C# statements on its standard input:
# `bus` sends Placed (begins the saga `Order` of that id), Small (counted) and Charge (waits for `Order.Charged` after it has said `Order.Charging`);
# `saga(id, isSo)` waits for the saga as it is kept, `failed()` for the next message of the error queue: its type and that of the failure;
# what is put into `seen` must be EXPECTED.
. "$(dirname "${BASH_SOURCE[0]}")/dotnet.sh"

play() {
  project Rebus 8.9.5
  {
    echo '
using Rebus.Activation;
using Rebus.Bus;
using Rebus.Config;
using Rebus.Handlers;
using Rebus.Messages;
using Rebus.Persistence.InMem;
using Rebus.Sagas;
using Rebus.Transport.InMem;
using CancellationTokenSource limit = new(TimeSpan.FromSeconds(60));
InMemNetwork network = new();
InMemorySagaStorage kept = new();
BuiltinHandlerActivator handlers = new();
handlers.Register(() => new Order());
IBus bus = Configure.With(handlers)
    .Logging(logging => logging.None())
    .Transport(transport => transport.UseInMemoryTransport(network, "orders"))
    .Sagas(sagas => sagas.Register(_ => kept))
    .Start();
string seen = "";
async Task<OrderData> saga(string id, Func<OrderData, bool> isSo)
{
    while (true)
    {
        if (await kept.Find(typeof(OrderData), nameof(OrderData.OrderId), id) is OrderData data && isSo(data)) return data;
        await Task.Delay(20, limit.Token);
    }
}
async Task<(string, string)> failed()
{
    while (true)
    {
        if (network.GetNextOrNull("error") is { } message)
        {
            string reason = message.Headers[Headers.ErrorDetails].Split((string[])["Rebus.Exceptions."], StringSplitOptions.None)[1].Split((char[])[(char)58])[0];
            return (message.Headers[Headers.Type].Split((char)44)[0], reason);
        }
        await Task.Delay(20, limit.Token);
    }
}
'
    cat
    echo '
Console.WriteLine(seen);
Console.Out.Flush();
Environment.Exit(0);
public record Placed(string Id);
public record Small(string Id);
public record Charge(string Id);
public class OrderData : SagaData
{
    public string OrderId { get; set; } = "";
    public int Small { get; set; }
    public int Charges { get; set; }
}
public class Order : Saga<OrderData>, IAmInitiatedBy<Placed>, IHandleMessages<Small>, IHandleMessages<Charge>
{
    public static readonly SemaphoreSlim Charging = new(0), Charged = new(0);
    public static int Smalls, Charges;
    protected override void CorrelateMessages(ICorrelationConfig<OrderData> config)
    {
        config.Correlate<Placed>(message => message.Id, data => data.OrderId);
        config.Correlate<Small>(message => message.Id, data => data.OrderId);
        config.Correlate<Charge>(message => message.Id, data => data.OrderId);
    }
    public Task Handle(Placed message)
    {
        Data.OrderId = message.Id;
        return Task.CompletedTask;
    }
    public Task Handle(Small message)
    {
        Data.Small++;
        Smalls++;
        return Task.CompletedTask;
    }
    public async Task Handle(Charge message)
    {
        Charges++;
        Charging.Release();
        await Charged.WaitAsync();
        Data.Charges++;
    }
}
'
  } > Program.cs
  build
  is 'Rebus 8.9.5' "$(run)" "$1"
}
