// An orchestrator whose activities call the durable client of durable-functions 3.x, and what is there to be asked for.
const { df, orchestration, activity, echo } = require('../../../app-parts.cjs');
const { clientCall } = require('../../client-calls.cjs');

df.app.activity('Client', {
  extraInputs: [df.input.durableClient()],
  handler: (what, context) => clientCall(df, df.getClient(context), what),
});
orchestration('UseClient', function* (context, { calls, over, whole }) {
  const answers = [];
  for (const call of calls) {
    const [method, ms] = call;
    if (method === 'pause') yield context.createTimer(new Date(context.currentUtcDateTime.getTime() + ms));
    else answers.push(yield context.callActivity('Client', { call, over, id: whole ? undefined : context.instanceId }));
  }
  return answers;
});

activity('Echo', echo);
activity('Fail', (text) => { throw new Error(text ?? 'boom'); });
orchestration('Return', function* (context, x) { return x; });
orchestration('Wait', function* (context, name) { context.setCustomStatus({ waitsFor: name ?? 'go' }); return yield context.waitForExternalEvent(name ?? 'go'); });
orchestration('Fails', function* (context) { return yield context.callActivity('Fail', 'always'); });
orchestration('EchoTwice', function* (context, x) { return [yield context.callActivity('Echo', x), yield context.callActivity('Echo', x)]; });
df.app.entity('Counter', (context) => {
  const state = context.df.getState(() => 0), input = context.df.getInput();
  switch (context.df.operationName) {
    case 'delete': context.df.destructOnExit(); break;
    case 'fail': throw new Error('refused');
    case 'set': context.df.setState(input); break;
    default: context.df.setState([...(Array.isArray(state) ? state : []), [context.df.operationName, input ?? 'nothing']]);
  }
});
