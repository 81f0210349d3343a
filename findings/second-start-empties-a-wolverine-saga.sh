#!/usr/bin/env bash
# Guess: a message that begins a Wolverine saga comes twice (it was sent again by a client that saw no answer, or was delivered twice). The second one fails, as
# an insert under a key that is taken does, or is given to the saga that is there.
# Is: with sagas in memory, as they are without a database, it begins a new one in the place of the old: what was paid is forgotten, and the next
# message meets an order without payments. No handler can prevent that, for none is asked. (A handler named StartOrHandle is given the saga that is there.)
. "$(dirname "$0")/support/wolverine.sh"
cat > Sagas.cs <<'CS'
using Wolverine;
public static class Seen { public static readonly System.Collections.Concurrent.ConcurrentQueue<string> Log = new(); }
public record Place(string Id);
public record PlaceOnce(string Id);
public record Pay(string Id, int Amount);
public class Order : Saga
{
    public string? Id { get; set; }
    public int Paid { get; set; }
    public static Order Start(Place place) => new() { Id = place.Id };
    public void StartOrHandle(PlaceOnce place) => Id = place.Id;
    public void Handle(Pay pay) => Seen.Log.Enqueue($"{Id} has {Paid += pay.Amount}");
}
CS
play 'A has 10, A has 11, A has 1; B has 10, B has 11, B has 12' <<'CS'
async Task<string> order(object place, string id)
{
    Seen.Log.Clear();
    await bus.InvokeAsync(place);
    await bus.InvokeAsync(new Pay(id, 10));
    await bus.InvokeAsync(new Pay(id, 1));
    await bus.InvokeAsync(place);
    await bus.InvokeAsync(new Pay(id, 1));
    return string.Join(", ", Seen.Log);
}
seen = $"{await order(new Place("A"), "A")}; {await order(new PlaceOnce("B"), "B")}";
CS
