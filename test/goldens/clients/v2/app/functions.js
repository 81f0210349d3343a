// As the app for durable-functions 3.x beside this one, on programming model v3 with durable-functions 2.x.
const df = require('durable-functions');
const { clientCall } = require('../../client-calls.cjs');

exports.Client = async (context, what) => clientCall(df, df.getClient(context), what);
exports.UseClient = df.orchestrator(function* (context) {
  const { calls, over, whole } = context.df.getInput();
  const answers = [];
  for (const call of calls) {
    const [method, ms] = call;
    if (method === 'pause') yield context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + ms));
    else answers.push(yield context.df.callActivity('Client', { call, over, id: whole ? undefined : context.df.instanceId }));
  }
  return answers;
});

exports.Echo = async (_context, x) => x;
exports.Fail = async (_context, text) => { throw new Error(text ?? 'boom'); };
exports.Return = df.orchestrator(function* (context) { return context.df.getInput(); });
exports.Wait = df.orchestrator(function* (context) { const name = context.df.getInput() ?? 'go'; context.df.setCustomStatus({ waitsFor: name }); return yield context.df.waitForExternalEvent(name); });
exports.Fails = df.orchestrator(function* (context) { return yield context.df.callActivity('Fail', 'always'); });
exports.EchoTwice = df.orchestrator(function* (context) { const x = context.df.getInput(); return [yield context.df.callActivity('Echo', x), yield context.df.callActivity('Echo', x)]; });
exports.Counter = df.entity((context) => {
  const state = context.df.getState(() => 0), input = context.df.getInput();
  switch (context.df.operationName) {
    case 'delete': context.df.destructOnExit(); break;
    case 'fail': throw new Error('refused');
    case 'set': context.df.setState(input); break;
    default: context.df.setState([...(Array.isArray(state) ? state : []), [context.df.operationName, input ?? 'nothing']]);
  }
});
