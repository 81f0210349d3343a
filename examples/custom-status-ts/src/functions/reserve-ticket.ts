import * as df from 'durable-functions';
import type { OrchestrationContext, OrchestrationHandler } from 'durable-functions';

interface Offer {
  userId: string;
  /** Seconds until the offer lapses. */
  discountTimeout?: number;
}

const bookingUrl = 'https://www.myawesomebookingweb.com';
const confirmed = { message: 'Thank you for confirming your booking.' };
const notConfirmed = { message: 'The booking was not confirmed on time. Please try again.' };

df.app.activity('CalculateDiscount', {
  handler: (userId: string): number => (String(userId).startsWith('vip') ? 25 : 10),
});

/** The input is a user id. Waits for the event BookingConfirmed, whose data is true or false. */
const reserveTicket: OrchestrationHandler = function* (context: OrchestrationContext) {
  const userId = context.df.getInput<string>();
  const discount: number = yield context.df.callActivity('CalculateDiscount', userId);

  context.df.setCustomStatus({ discount, discountTimeout: 60, bookingUrl });

  const isBookingConfirmed: boolean = yield context.df.waitForExternalEvent('BookingConfirmed');

  context.df.setCustomStatus(isBookingConfirmed ? confirmed : notConfirmed);
  return isBookingConfirmed;
};
df.app.orchestration('ReserveTicket', reserveTicket);

/** The same, but the offer lapses. The input is a user id or an `Offer`. */
const reserveTicketWithTimeout: OrchestrationHandler = function* (context: OrchestrationContext) {
  const input = context.df.getInput<string | Offer>();
  const { userId, discountTimeout = 60 }: Offer = typeof input === 'object' ? input : { userId: String(input) };
  const discount: number = yield context.df.callActivity('CalculateDiscount', userId);

  context.df.setCustomStatus({ discount, discountTimeout, bookingUrl });

  const lapsesAt = new Date(context.df.currentUtcDateTime.getTime() + discountTimeout * 1000);
  const lapsed = context.df.createTimer(lapsesAt);
  const booking = context.df.waitForExternalEvent('BookingConfirmed');
  const winner: df.Task = yield context.df.Task.any([booking, lapsed]);
  // An instance stays Running as long as one of its timers is open.
  if (!lapsed.isCompleted) lapsed.cancel();
  const isBookingConfirmed = winner === booking && Boolean(booking.result);

  context.df.setCustomStatus(isBookingConfirmed ? confirmed : notConfirmed);
  return isBookingConfirmed;
};
df.app.orchestration('ReserveTicketWithTimeout', reserveTicketWithTimeout);
