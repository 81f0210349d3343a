import * as df from 'durable-functions';
import type { OrchestrationContext, OrchestrationHandler } from 'durable-functions';
import { setTimeout as delay } from 'node:timers/promises';

interface Reminders {
  times?: number;
  milliseconds?: number;
}

interface QuoteRequest {
  quoteMilliseconds?: number;
  timeoutMilliseconds?: number;
}

interface JobWatch {
  looks?: number;
  doneAfter?: number;
  milliseconds?: number;
}

/** Sends one reminder after another. */
const sendReminders: OrchestrationHandler = function* (context: OrchestrationContext) {
  const { times = 3, milliseconds = 100 } = context.df.getInput<Reminders | null>() ?? {};
  const sent: string[] = [];
  for (let number = 1; number <= times; number++) {
    yield context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + milliseconds));
    sent.push(yield context.df.callActivity('SendReminder', number));
  }
  return sent;
};
df.app.orchestration('SendReminders', sendReminders);

df.app.activity('SendReminder', { handler: (number: number): string => `Reminder ${number}` });

/** Gives a slow activity a certain time. */
const tryGetQuote: OrchestrationHandler = function* (context: OrchestrationContext) {
  const { quoteMilliseconds = 500, timeoutMilliseconds = 100 } = context.df.getInput<QuoteRequest | null>() ?? {};
  const deadline = new Date(context.df.currentUtcDateTime.getTime() + timeoutMilliseconds);
  const quote = context.df.callActivity('GetQuote', quoteMilliseconds);
  const timeout = context.df.createTimer(deadline);

  const winner: df.Task = yield context.df.Task.any([quote, timeout]);
  if (winner === timeout) return 'too late';
  // An instance stays Running as long as one of its timers is open.
  timeout.cancel();
  return quote.result;
};
df.app.orchestration('TryGetQuote', tryGetQuote);

df.app.activity('GetQuote', {
  handler: async (milliseconds: number): Promise<number> => {
    await delay(milliseconds);
    return 42;
  },
});

/** Looks after a job until it is done and begins anew after each look, so that its history stays short. */
const monitorJob: OrchestrationHandler = function* (context: OrchestrationContext) {
  const { looks = 1, doneAfter = 3, milliseconds = 50 } = context.df.getInput<JobWatch | null>() ?? {};
  const done: boolean = yield context.df.callActivity('IsJobDone', { looks, doneAfter });
  context.df.setCustomStatus({ looks, done });
  if (done) return { looks };
  yield context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + milliseconds));
  context.df.continueAsNew({ looks: looks + 1, doneAfter, milliseconds });
};
df.app.orchestration('MonitorJob', monitorJob);

df.app.activity('IsJobDone', {
  handler: ({ looks, doneAfter }: { looks: number; doneAfter: number }): boolean => looks >= doneAfter,
});
