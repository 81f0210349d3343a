const df = require('durable-functions');

const openingBalance = 1000;

df.app.entity('Account', (context) => {
  const balance = context.df.getState(() => openingBalance);
  switch (context.df.operationName) {
    case 'deposit':
      context.df.setState(balance + context.df.getInput());
      break;
    case 'withdraw':
      context.df.setState(balance - context.df.getInput());
      break;
    case 'balance':
      context.df.return(balance);
      break;
  }
});

// Nobody else can use the two accounts between the look at the balance and the booking. The input is { from, to, amount }.
df.app.orchestration('Transfer', function* (context) {
  const { from, to, amount } = context.df.getInput() ?? { from: 'savings', to: 'checking', amount: 100 };
  const [source, target] = [new df.EntityId('Account', from), new df.EntityId('Account', to)];

  const lock = yield context.df.lock(source, target);
  try {
    const balance = yield context.df.callEntity(source, 'balance');
    if (balance < amount) return { transferred: false, balance };
    yield context.df.callEntity(source, 'withdraw', amount);
    yield context.df.callEntity(target, 'deposit', amount);
    return { transferred: true, balance: balance - amount };
  } finally {
    lock.release();
  }
});

// Keeps two accounts locked until the event "Done" comes: start a transfer between them and look at what it waits for.
df.app.orchestration('Audit', function* (context) {
  const accounts = context.df.getInput() ?? ['savings', 'checking'];
  const lock = yield context.df.lock(accounts.map((key) => new df.EntityId('Account', key)));
  context.df.setCustomStatus(`auditing ${accounts.join(' and ')}`);
  yield context.df.waitForExternalEvent('Done');
  lock.release();
});
