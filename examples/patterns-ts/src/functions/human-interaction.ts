import * as df from 'durable-functions';
import type { OrchestrationContext, OrchestrationHandler } from 'durable-functions';

interface Request {
  request?: string;
  timeoutSeconds?: number;
}

/** Asks a person and waits for the event ApprovalEvent (true or false). */
const approvalWorkflow: OrchestrationHandler = function* (context: OrchestrationContext) {
  const { request = 'A new chair', timeoutSeconds = 72 * 60 * 60 } = context.df.getInput<Request | null>() ?? {};
  yield context.df.callActivity('RequestApproval', request);
  context.df.setCustomStatus('waiting for approval');

  const due = context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + timeoutSeconds * 1000));
  const approval = context.df.waitForExternalEvent('ApprovalEvent');
  const winner: df.Task = yield context.df.Task.any([approval, due]);

  if (winner === due) {
    context.df.setCustomStatus('escalated');
    return yield context.df.callActivity('Escalate', request);
  }
  due.cancel();
  context.df.setCustomStatus(approval.result ? 'approved' : 'rejected');
  return yield context.df.callActivity('ProcessApproval', { request, isApproved: Boolean(approval.result) });
};
df.app.orchestration('ApprovalWorkflow', approvalWorkflow);

df.app.activity('RequestApproval', { handler: (request: string): string => `Asked for: ${request}` });
df.app.activity('ProcessApproval', {
  handler: ({ request, isApproved }: { request: string; isApproved: boolean }): string =>
    `${isApproved ? 'Approved' : 'Rejected'}: ${request}`,
});
df.app.activity('Escalate', { handler: (request: string): string => `Escalated: ${request}` });
