using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

public static class ReserveTicket
{
    // The input is a user id. Waits for the event BookingConfirmed, whose data is true or false.
    [Function(nameof(ReserveTicket))]
    public static async Task<bool> Run([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        await OfferDiscount(context, context.GetInput<string>() ?? "", 60);
        bool isBookingConfirmed = await context.WaitForExternalEvent<bool>("BookingConfirmed");
        return Tell(context, isBookingConfirmed);
    }

    public record Offer(string UserId, double DiscountTimeout = 60);

    // The same, but the offer lapses. The input is { userId, discountTimeout } with the seconds to wait.
    [Function("ReserveTicketWithTimeout")]
    public static async Task<bool> RunWithTimeout([OrchestrationTrigger] TaskOrchestrationContext context, Offer offer)
    {
        await OfferDiscount(context, offer.UserId, offer.DiscountTimeout);

        using CancellationTokenSource decided = new();
        Task lapsed = context.CreateTimer(TimeSpan.FromSeconds(offer.DiscountTimeout), decided.Token);
        Task<bool> booking = context.WaitForExternalEvent<bool>("BookingConfirmed");
        Task winner = await Task.WhenAny(booking, lapsed);
        decided.Cancel();
        return Tell(context, winner == booking && await booking);
    }

    [Function(nameof(CalculateDiscount))]
    public static int CalculateDiscount([ActivityTrigger] string userId) => userId.StartsWith("vip") ? 25 : 10;

    static async Task OfferDiscount(TaskOrchestrationContext context, string userId, double discountTimeout)
    {
        int discount = await context.CallActivityAsync<int>(nameof(CalculateDiscount), userId);
        context.SetCustomStatus(new { discount, discountTimeout, bookingUrl = "https://www.myawesomebookingweb.com" });
    }

    static bool Tell(TaskOrchestrationContext context, bool isBookingConfirmed)
    {
        context.SetCustomStatus(new
        {
            message = isBookingConfirmed
                ? "Thank you for confirming your booking."
                : "The booking was not confirmed on time. Please try again.",
        });
        return isBookingConfirmed;
    }
}
