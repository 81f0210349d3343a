#!/usr/bin/env bash
# Guess: a durable grain of Orleans' journaling has an order in a durable list, dictionary or value, sets its Paid and calls WriteStateAsync: what is in these
# is kept then, as that of a persistent state is.
# Is: what is kept is what was done to the list, not what is in it. The write ends well, the grain shows the order as paid as long as its activation
# lives, and the next activation has it unpaid. Only the persistent state of the same grain, kept by the same write, is paid. The object must be
# put into its place again.
. "$(dirname "$0")/support/orleans-journaling.sh"
play 'paid: dictionary True, list True, value True, state True; anew: dictionary False, list False, value False, state True; put again: dictionary True, list True, value True, state True' '
[GenerateSerializer]
public class Goods
{
    [Id(0)] public bool Paid { get; set; }
}
public interface IOrder : IGrainWithStringKey
{
    Task Place();
    Task Pay();
    Task PutAgain();
    Task<string> Look();
    Task<Guid> Activation();
    Task Leave();
}
public class Order(
    [FromKeyedServices("dictionary")] IDurableDictionary<string, Goods> dictionary,
    [FromKeyedServices("list")] IDurableList<Goods> list,
    [FromKeyedServices("value")] IDurableValue<Goods> value,
    [FromKeyedServices("state")] IPersistentState<Goods> state) : DurableGrain, IOrder
{
    readonly Guid activation = Guid.NewGuid();
    public Task<Guid> Activation() => Task.FromResult(activation);
    public async Task Place()
    {
        dictionary["a"] = new();
        list.Add(new());
        value.Value = new();
        state.State = new();
        await WriteStateAsync();
    }
    public async Task Pay()
    {
        foreach (Goods goods in new[] { dictionary["a"], list[0], value.Value!, state.State }) goods.Paid = true;
        await WriteStateAsync();
    }
    public async Task PutAgain()
    {
        await Pay();
        (dictionary["a"], list[0], value.Value) = (dictionary["a"], list[0], value.Value);
        await WriteStateAsync();
    }
    public Task<string> Look() =>
        Task.FromResult($"dictionary {dictionary["a"].Paid}, list {list[0].Paid}, value {value.Value!.Paid}, state {state.State.Paid}");
    public Task Leave()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }
}' <<'CS'
await grain("a").Place();
await grain("a").Pay();
seen = $"paid: {await grain("a").Look()}; anew: {await (await anew("a")).Look()}";
await grain("a").PutAgain();
seen += $"; put again: {await (await anew("a")).Look()}";
CS
