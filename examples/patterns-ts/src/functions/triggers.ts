import { app, type InvocationContext, type Timer } from '@azure/functions';
import * as df from 'durable-functions';

/** Every night at three o'clock; at any time with "Run Function…", or: durascope invoke NightlyBackup */
app.timer('NightlyBackup', {
  schedule: '0 0 3 * * *',
  extraInputs: [df.input.durableClient()],
  handler: async (timer: Timer, context: InvocationContext): Promise<void> => {
    const instanceId = await df.getClient(context).startNew('BackupSiteContent', { input: 3 });
    context.log(`Started ${instanceId}${timer.isPastDue ? ', later than planned' : ''}.`);
  },
});

/** No queue is watched here. By hand: durascope invoke ApprovalRequested --input '{ "request": "A desk" }' */
app.storageQueue('ApprovalRequested', {
  queueName: 'approvals',
  connection: 'AzureWebJobsStorage',
  extraInputs: [df.input.durableClient()],
  handler: async (message: unknown, context: InvocationContext): Promise<string> =>
    df.getClient(context).startNew('ApprovalWorkflow', { input: message }),
});
