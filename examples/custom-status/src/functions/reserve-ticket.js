const df = require('durable-functions');

const confirmed = { message: 'Thank you for confirming your booking.' };
const notConfirmed = { message: 'The booking was not confirmed on time. Please try again.' };

df.app.activity('CalculateDiscount', {
  handler: (userId) => (String(userId).startsWith('vip') ? 25 : 10),
});

// The input is a user id. Waits for the event BookingConfirmed, whose data is true or false.
df.app.orchestration('ReserveTicket', function* (context) {
  const userId = context.df.getInput();
  const discount = yield context.df.callActivity('CalculateDiscount', userId);

  context.df.setCustomStatus({
    discount,
    discountTimeout: 60,
    bookingUrl: 'https://www.myawesomebookingweb.com',
  });

  const isBookingConfirmed = yield context.df.waitForExternalEvent('BookingConfirmed');

  context.df.setCustomStatus(isBookingConfirmed ? confirmed : notConfirmed);
  return isBookingConfirmed;
});

// The same, but the offer lapses. The input is a user id, or { userId, discountTimeout } with the seconds to wait.
df.app.orchestration('ReserveTicketWithTimeout', function* (context) {
  const input = context.df.getInput();
  const { userId, discountTimeout = 60 } = input !== null && typeof input === 'object' ? input : { userId: input };
  const discount = yield context.df.callActivity('CalculateDiscount', userId);

  context.df.setCustomStatus({
    discount,
    discountTimeout,
    bookingUrl: 'https://www.myawesomebookingweb.com',
  });

  const lapsesAt = new Date(context.df.currentUtcDateTime.getTime() + discountTimeout * 1000);
  const lapsed = context.df.createTimer(lapsesAt);
  const booking = context.df.waitForExternalEvent('BookingConfirmed');
  const winner = yield context.df.Task.any([booking, lapsed]);
  // An instance stays Running as long as one of its timers is open.
  if (!lapsed.isCompleted) lapsed.cancel();
  const isBookingConfirmed = winner === booking && Boolean(booking.result);

  context.df.setCustomStatus(isBookingConfirmed ? confirmed : notConfirmed);
  return isBookingConfirmed;
});
