#!/usr/bin/env bash
# Guess: the time-out that a Wolverine saga sets when it begins (TimeoutMessage) comes to its handler when it is due, whether that returns nothing or a Task, as
# every other message does; a saga that can have no time-out is refused when the program starts.
# Is: with `void Handle(LateOrder late)` it goes to the error queue when it is due, for the code that Wolverine writes for this message does not compile; until
# then all is well, and other messages do reach `void` handlers. With a Task it comes. The same message sent by hand has no handler then.
. "$(dirname "$0")/support/wolverine.sh"
cat > Sagas.cs <<'CS'
using Wolverine;
public static class Seen { public static readonly System.Collections.Concurrent.ConcurrentQueue<string> Log = new(); }
public record Order(string Id);
public record Part(string Id);
public record LateOrder(string Id) : TimeoutMessage(TimeSpan.FromSeconds(1));
public record Booking(string Id);
public record LateBooking(string Id) : TimeoutMessage(TimeSpan.FromSeconds(4));
public class OrderSaga : Saga
{
    public string? Id { get; set; }
    public static (OrderSaga, LateOrder) Start(Order order) => (new OrderSaga { Id = order.Id }, new LateOrder(order.Id));
    public void Handle(Part part) => Seen.Log.Enqueue("part");
    public void Handle(LateOrder late) => Seen.Log.Enqueue("late order");
}
public class BookingSaga : Saga
{
    public string? Id { get; set; }
    public static (BookingSaga, LateBooking) Start(Booking booking) => (new BookingSaga { Id = booking.Id }, new LateBooking(booking.Id));
    public Task Handle(LateBooking late)
    {
        Seen.Log.Enqueue("late booking");
        return Task.CompletedTask;
    }
}
CS
play 'part, late booking; by hand: NoHandlerForEndpointException' <<'CS'
await bus.InvokeAsync(new Order("A"));
await bus.InvokeAsync(new Part("A"));
await bus.InvokeAsync(new Booking("B"));
await logged("late booking");
await Task.Delay(3000);
string byHand = "done";
try { await bus.InvokeAsync(new LateOrder("A")); } catch (Exception error) { byHand = error.GetType().Name; }
seen = $"{string.Join(", ", Seen.Log)}; by hand: {byHand}";
CS
