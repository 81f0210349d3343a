#!/usr/bin/env bash
# Guess: a MassTransit state machine with the in-memory repository changes its saga, goes to the next state and then throws. The message is tried again with
# the saga as it was before, as with every repository that a database keeps, and the failure is a Fault when the tries are used up.
# Is: the saga in memory is the one that the handler has changed: the first try's count and its new state stay. The second try finds the state after, in
# which the same message means something else or nothing, and succeeds: no Fault is published, and what threw (the call of the shop) is never done.
. "$(dirname "$0")/support/dotnet.sh"
project MassTransit 8.5.12 Microsoft.Extensions.DependencyInjection 10.0.0 Microsoft.Extensions.Logging 10.0.0
cat > Program.cs <<'CS'
using MassTransit;
using MassTransit.Testing;
using Microsoft.Extensions.DependencyInjection;
using Shop;
ServiceCollection services = new();
services.AddLogging().AddMassTransitTestHarness(TextWriter.Null, bus =>
{
    bus.AddSagaStateMachine<Flow, Order>().InMemoryRepository();
    bus.AddConfigureEndpointsCallback((_, endpoint) => endpoint.UseMessageRetry(retry => retry.Immediate(2)));
    bus.SetTestTimeouts(testInactivityTimeout: TimeSpan.FromSeconds(3));
});
await using ServiceProvider provider = services.BuildServiceProvider(true);
ITestHarness harness = provider.GetRequiredService<ITestHarness>();
await harness.Start();
ISagaStateMachineTestHarness<Flow, Order> sagas = harness.GetSagaStateMachineHarness<Flow, Order>();
Guid id = Guid.NewGuid();
await harness.Bus.Publish(new Placed(id));
await sagas.Exists(id, flow => flow.Waiting);
await harness.Bus.Publish(new Pay(id));
await harness.Consumed.Any<Pay>();
bool fault = await harness.Published.Any<Fault<Pay>>();
Order order = sagas.Sagas.Contains(id);
Console.WriteLine($"{string.Join(", ", Flow.Log)}; now {order.CurrentState} with {order.Payments} payment, fault {fault}");
await harness.Stop();

namespace Shop
{
    public record Placed(Guid CorrelationId) : CorrelatedBy<Guid>;
    public record Pay(Guid CorrelationId) : CorrelatedBy<Guid>;
    public class Order : SagaStateMachineInstance
    {
        public Guid CorrelationId { get; set; }
        public string CurrentState { get; set; } = "";
        public int Payments { get; set; }
    }
    public class Flow : MassTransitStateMachine<Order>
    {
        public static readonly List<string> Log = new();
        public State Waiting { get; private set; } = null!;
        public State Paid { get; private set; } = null!;
        public Event<Placed> Placed { get; private set; } = null!;
        public Event<Pay> Pay { get; private set; } = null!;
        public Flow()
        {
            InstanceState(order => order.CurrentState);
            Initially(When(Placed).TransitionTo(Waiting));
            During(Waiting, When(Pay)
                .Then(context => { context.Saga.Payments++; Log.Add("shop does not answer"); })
                .TransitionTo(Paid)
                .Then(_ => throw new InvalidOperationException("no answer")));
            During(Paid, When(Pay).Then(_ => Log.Add("is paid already")));
        }
    }
}
CS
build
is 'MassTransit 8.5.12' "$(run 2> /dev/null | tail -1)" 'shop does not answer, is paid already; now Paid with 1 payment, fault False'
