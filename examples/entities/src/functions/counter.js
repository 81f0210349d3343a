const df = require('durable-functions');

// One counter for each key. Signal it from the Entities view, with `durascope entity signal @counter@a add --input 5`, or over HTTP:
// POST /runtime/webhooks/durabletask/entities/counter/a?op=add with the body 5.
df.app.entity('Counter', (context) => {
  const value = context.df.getState(() => 0);
  switch (context.df.operationName) {
    case 'add':
      context.df.setState(value + context.df.getInput());
      break;
    case 'reset':
      context.df.setState(0);
      break;
    case 'get':
      context.df.return(value);
      break;
    case 'delete':
      context.df.destructOnExit();
      break;
    default:
      throw new Error(`A counter knows no operation "${context.df.operationName}".`);
  }
});

// Signals do not wait, calls do. The input is { key, amount }.
df.app.orchestration('CountUp', function* (context) {
  const { key = 'a', amount = 1 } = context.df.getInput() ?? {};
  const counter = new df.EntityId('Counter', key);
  context.df.signalEntity(counter, 'add', amount);
  return yield context.df.callEntity(counter, 'get');
});
