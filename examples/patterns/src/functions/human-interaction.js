const df = require('durable-functions');

// Asks a person and waits for the event ApprovalEvent (true or false). The input is { request, timeoutSeconds }.
df.app.orchestration('ApprovalWorkflow', function* (context) {
  const { request = 'A new chair', timeoutSeconds = 72 * 60 * 60 } = context.df.getInput() ?? {};
  yield context.df.callActivity('RequestApproval', request);
  context.df.setCustomStatus('waiting for approval');

  const due = context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + timeoutSeconds * 1000));
  const approval = context.df.waitForExternalEvent('ApprovalEvent');
  const winner = yield context.df.Task.any([approval, due]);

  if (winner === due) {
    context.df.setCustomStatus('escalated');
    return yield context.df.callActivity('Escalate', request);
  }
  due.cancel();
  context.df.setCustomStatus(approval.result ? 'approved' : 'rejected');
  return yield context.df.callActivity('ProcessApproval', { request, isApproved: Boolean(approval.result) });
});

df.app.activity('RequestApproval', { handler: (request) => `Asked for: ${request}` });
df.app.activity('ProcessApproval', {
  handler: ({ request, isApproved }) => `${isApproved ? 'Approved' : 'Rejected'}: ${request}`,
});
df.app.activity('Escalate', { handler: (request) => `Escalated: ${request}` });
