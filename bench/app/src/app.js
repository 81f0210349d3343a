const df = require('durable-functions');

df.app.activity('SayHello', { handler: (city) => `Hello ${city}!` });
df.app.activity('Square', { handler: (n) => n * n });

df.app.orchestration('HelloCities5', function* (context) {
  const outputs = [];
  for (const city of ['Tokyo', 'Seattle', 'London', 'Cairo', 'Lima'])
    outputs.push(yield context.df.callActivity('SayHello', city));
  return outputs;
});

df.app.orchestration('FanOut', function* (context) {
  const n = context.df.getInput();
  const tasks = [];
  for (let i = 0; i < n; i++) tasks.push(context.df.callActivity('Square', i));
  const squares = yield context.df.Task.all(tasks);
  return squares.length;
});

df.app.orchestration('Chain', function* (context) {
  const n = context.df.getInput();
  let sum = 0;
  for (let i = 0; i < n; i++) sum += yield context.df.callActivity('Square', i);
  return sum;
});

df.app.orchestration('Waiter', function* (context) {
  return yield context.df.waitForExternalEvent('Go');
});

df.app.entity('Counter', (context) => {
  const value = context.df.getState(() => 0);
  if (context.df.operationName === 'add') context.df.setState(value + context.df.getInput());
  else context.df.return(value);
});

df.app.orchestration('CallEntity', function* (context) {
  const counter = new df.EntityId('Counter', context.df.instanceId);
  const n = context.df.getInput();
  for (let i = 0; i < n; i++) yield context.df.callEntity(counter, 'get');
});

df.app.orchestration('CriticalSection', function* (context) {
  const [one, two] = [new df.EntityId('Counter', 'x'), new df.EntityId('Counter', 'y')];
  const lock = yield context.df.lock(one, two);
  yield context.df.callEntity(one, 'add', 1);
  lock.release();
});
