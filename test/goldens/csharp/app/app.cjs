// What test/goldens/recorder/CSharpApp.cs does, in JavaScript.
const df = require('durable-functions');

function* hello(context, cities) {
  const outputs = [];
  for (const city of cities) outputs.push(yield context.df.callActivity('SayHello', city));
  return outputs;
}

const cities = ['Tokyo', 'Seattle', 'London', 'Amsterdam', 'Seoul'];
df.app.orchestration('HelloCities', (context) => hello(context, cities.slice(0, 3)));
df.app.orchestration('HelloCities5', (context) => hello(context, cities));
df.app.activity('SayHello', { handler: (name) => `Hello ${name}!` });
const later = (context, ms) => new Date(context.df.currentUtcDateTime.getTime() + ms);
df.app.activity('Echo', { handler: (x) => x });
df.app.orchestration('FanOut', function* (context) {
  const parts = [];
  for (let i = 1; i <= context.df.getInput(); i++) parts.push(context.df.callActivity('Echo', i));
  return yield context.df.Task.all(parts);
});
df.app.orchestration('Parent', function* (context) {
  return yield context.df.callSubOrchestrator('Wait', 'go', `${context.df.instanceId}-child`);
});
df.app.orchestration('Wait', function* (context) {
  return yield context.df.waitForExternalEvent(context.df.getInput());
});
df.app.orchestration('EventOrTimer', function* (context) {
  const happened = context.df.waitForExternalEvent('go');
  const late = context.df.createTimer(later(context, context.df.getInput()));
  const won = yield context.df.Task.any([happened, late]);
  if (won === happened) late.cancel();
  return yield context.df.callActivity('SayHello', won === happened ? happened.result : 'late');
});
df.app.orchestration('StatusThenWait', function* (context) {
  context.df.setCustomStatus({ waits: true });
  const got = yield context.df.waitForExternalEvent('go');
  context.df.setCustomStatus(got);
  return yield context.df.callActivity('SayHello', got);
});
df.app.orchestration('CountDown', function* (context) {
  const left = context.df.getInput();
  yield context.df.callActivity('SayHello', String(left));
  if (left === 0) return 'zero';
  context.df.continueAsNew(left - 1);
});
df.app.orchestration('WaitTwo', function* (context) {
  const first = yield context.df.waitForExternalEvent('go');
  yield context.df.callActivity('SayHello', first);
  return [first, yield context.df.waitForExternalEvent('go')];
});
df.app.orchestration('Children', function* (context) {
  const parts = [];
  for (let i = 1; i <= context.df.getInput(); i++)
    parts.push(context.df.callSubOrchestrator('CountDown', i - 1, `${context.df.instanceId}-${i}`));
  return yield context.df.Task.all(parts);
});
df.app.orchestration('AnyOfEvents', function* (context) {
  const approve = context.df.waitForExternalEvent('approve');
  const reject = context.df.waitForExternalEvent('reject');
  const won = yield context.df.Task.any([approve, reject]);
  return yield context.df.callActivity('SayHello', (won === approve ? 'approved ' : 'rejected ') + won.result);
});
df.app.orchestration('Collect', function* (context) {
  const list = [...(context.df.getInput() ?? []), yield context.df.waitForExternalEvent('item')];
  if (list.length > 2) return list;
  context.df.continueAsNew(list);
});
df.app.activity('Slow', { handler: (value) => new Promise((resolve) => setTimeout(() => resolve(value), 1500)) });
df.app.orchestration('SlowThenEcho', function* (context) {
  return yield context.df.callActivity('SayHello', yield context.df.callActivity('Slow', 'slow'));
});
df.app.orchestration('TimerThenEvent', function* (context) {
  yield context.df.createTimer(later(context, context.df.getInput()));
  context.df.setCustomStatus('after the timer');
  return yield context.df.waitForExternalEvent('go');
});
df.app.orchestration('Http', function* (context) {
  return (yield context.df.callHttp({ method: 'GET', url: context.df.getInput() })).statusCode;
});
