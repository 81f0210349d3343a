import * as df from 'durable-functions';
import type { OrchestrationContext, OrchestrationHandler } from 'durable-functions';
import { setTimeout as delay } from 'node:timers/promises';

const setStatusTest: OrchestrationHandler = function* (context: OrchestrationContext) {
  yield context.df.callActivity('DoWork', 10);

  // update the status of the orchestration with some arbitrary data
  const customStatus = { nextActions: ['A', 'B', 'C'], foo: 2 };
  context.df.setCustomStatus(customStatus);

  yield context.df.callActivity('DoWork', 1000);
};
df.app.orchestration('SetStatusTest', setStatusTest);

/** The input is how long the work takes, in milliseconds. */
df.app.activity('DoWork', {
  handler: async (milliseconds: number): Promise<void> => {
    await delay(milliseconds);
  },
});
