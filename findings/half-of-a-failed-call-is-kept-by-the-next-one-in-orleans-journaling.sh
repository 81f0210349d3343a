#!/usr/bin/env bash
# Guess: a call of a durable grain of Orleans that books an order and throws before its WriteStateAsync has booked nothing, as an operation of a durable entity
# that throws leaves the entity as it was; the next call, which writes something else, keeps that alone.
# Is: the half is in the grain, for every call to see, and the next call's write keeps it with its own: the order that failed is booked for good. Where no call
# writes before the activation ends it is gone. So it hangs on what comes next whether a failed call has been. Who catches the failure has
# nothing to undo it with but doing the opposite; ending the activation (DeactivateOnIdle) before anybody writes is what forgets it.
. "$(dirname "$0")/support/orleans-journaling.sh"
play 'failed: booked; noted, anew: booked, noted; failed, anew: nothing' '
public interface IOrder : IGrainWithStringKey
{
    Task Book();
    Task Note();
    Task<string> Look();
    Task<Guid> Activation();
    Task Leave();
}
public class Order([FromKeyedServices("log")] IDurableList<string> log) : DurableGrain, IOrder
{
    readonly Guid activation = Guid.NewGuid();
    public Task<Guid> Activation() => Task.FromResult(activation);
    public async Task Book()
    {
        log.Add("booked");
        await Task.FromException(new TimeoutException("the bank does not answer"));
        await WriteStateAsync();
    }
    public async Task Note()
    {
        log.Add("noted");
        await WriteStateAsync();
    }
    public Task<string> Look() => Task.FromResult(log.Count == 0 ? "nothing" : string.Join(", ", log));
    public Task Leave()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }
}' <<'CS'
async Task<string> failed(string key)
{
    try { await grain(key).Book(); } catch (TimeoutException) { }
    return await grain(key).Look();
}
seen = $"failed: {await failed("a")}";
await grain("a").Note();
seen += $"; noted, anew: {await (await anew("a")).Look()}";
await failed("b");
seen += $"; failed, anew: {await (await anew("b")).Look()}";
CS
