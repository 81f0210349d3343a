const df = require('durable-functions');
const { setTimeout: delay } = require('node:timers/promises');

df.app.orchestration('SetStatusTest', function* (context) {
  yield context.df.callActivity('DoWork', 10);

  // update the status of the orchestration with some arbitrary data
  const customStatus = { nextActions: ['A', 'B', 'C'], foo: 2 };
  context.df.setCustomStatus(customStatus);

  yield context.df.callActivity('DoWork', 1000);
});

// The input is how long the work takes, in milliseconds.
df.app.activity('DoWork', {
  handler: async (milliseconds) => {
    await delay(milliseconds);
  },
});
