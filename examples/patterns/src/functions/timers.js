const df = require('durable-functions');
const { setTimeout: delay } = require('node:timers/promises');

// Sends one reminder after another. The input is { times, milliseconds }.
df.app.orchestration('SendReminders', function* (context) {
  const { times = 3, milliseconds = 100 } = context.df.getInput() ?? {};
  const sent = [];
  for (let number = 1; number <= times; number++) {
    yield context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + milliseconds));
    sent.push(yield context.df.callActivity('SendReminder', number));
  }
  return sent;
});

df.app.activity('SendReminder', { handler: (number) => `Reminder ${number}` });

// Gives a slow activity a certain time. The input is { quoteMilliseconds, timeoutMilliseconds }.
df.app.orchestration('TryGetQuote', function* (context) {
  const { quoteMilliseconds = 500, timeoutMilliseconds = 100 } = context.df.getInput() ?? {};
  const deadline = new Date(context.df.currentUtcDateTime.getTime() + timeoutMilliseconds);
  const quote = context.df.callActivity('GetQuote', quoteMilliseconds);
  const timeout = context.df.createTimer(deadline);

  const winner = yield context.df.Task.any([quote, timeout]);
  if (winner === timeout) return 'too late';
  // An instance stays Running as long as one of its timers is open.
  timeout.cancel();
  return quote.result;
});

df.app.activity('GetQuote', {
  handler: async (milliseconds) => {
    await delay(milliseconds);
    return 42;
  },
});

// Looks after a job until it is done and begins anew after each look, so that its history stays short.
df.app.orchestration('MonitorJob', function* (context) {
  const { looks = 1, doneAfter = 3, milliseconds = 50 } = context.df.getInput() ?? {};
  const done = yield context.df.callActivity('IsJobDone', { looks, doneAfter });
  context.df.setCustomStatus({ looks, done });
  if (done) return { looks };
  yield context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + milliseconds));
  context.df.continueAsNew({ looks: looks + 1, doneAfter, milliseconds });
});

df.app.activity('IsJobDone', { handler: ({ looks, doneAfter }) => looks >= doneAfter });
