const df = require('durable-functions');

// The input is a user id. Waits for the event BookingConfirmed, whose data is true or false.
module.exports = df.orchestrator(function* (context) {
  const userId = context.df.getInput();
  const discount = yield context.df.callActivity('CalculateDiscount', userId);

  context.df.setCustomStatus({
    discount,
    discountTimeout: 60,
    bookingUrl: 'https://www.myawesomebookingweb.com',
  });

  const isBookingConfirmed = yield context.df.waitForExternalEvent('BookingConfirmed');

  context.df.setCustomStatus(
    isBookingConfirmed
      ? { message: 'Thank you for confirming your booking.' }
      : { message: 'The booking was not confirmed on time. Please try again.' },
  );
  return isBookingConfirmed;
});
