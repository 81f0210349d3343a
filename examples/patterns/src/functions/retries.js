const df = require('durable-functions');

// The input is how often the service fails before it answers; three attempts are made, 100 ms apart and then 200 ms.
df.app.orchestration('CallFlakyService', function* (context) {
  const failures = context.df.getInput() ?? 2;
  const retryOptions = new df.RetryOptions(100, 3);
  retryOptions.backoffCoefficient = 2;
  return yield context.df.callActivityWithRetry('FlakyService', retryOptions, failures);
});

// Whoever catches the error can put right what was done before.
df.app.orchestration('TransferFunds', function* (context) {
  const { from, to, amount } = context.df.getInput() ?? { from: 'savings', to: 'closed-account', amount: 100 };
  yield context.df.callActivity('DebitAccount', { account: from, amount });
  try {
    yield context.df.callActivity('CreditAccount', { account: to, amount });
    return 'transferred';
  } catch {
    yield context.df.callActivity('CreditAccount', { account: from, amount });
    return 'refunded';
  }
});

const attempts = new Map();

df.app.activity('FlakyService', {
  handler: (failures, context) => {
    const caller = context.triggerMetadata.instanceId;
    const attempt = (attempts.get(caller) ?? 0) + 1;
    attempts.set(caller, attempt);
    if (attempt <= failures) throw new Error(`The service is not available (attempt ${attempt}).`);
    attempts.delete(caller);
    return `answered at attempt ${attempt}`;
  },
});

df.app.activity('DebitAccount', { handler: ({ account, amount }) => `${account}: -${amount}` });
df.app.activity('CreditAccount', {
  handler: ({ account, amount }) => {
    if (account === 'closed-account') throw new Error('The account is closed.');
    return `${account}: +${amount}`;
  },
});
