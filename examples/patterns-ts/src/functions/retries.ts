import type { InvocationContext } from '@azure/functions';
import * as df from 'durable-functions';
import type { OrchestrationContext, OrchestrationHandler } from 'durable-functions';

interface Booking {
  account: string;
  amount: number;
}

interface Transfer {
  from: string;
  to: string;
  amount: number;
}

/** The input is how often the service fails before it answers; three attempts are made, 100 ms apart and then 200 ms. */
const callFlakyService: OrchestrationHandler = function* (context: OrchestrationContext) {
  const failures = context.df.getInput<number | null>() ?? 2;
  const retryOptions = new df.RetryOptions(100, 3);
  retryOptions.backoffCoefficient = 2;
  return yield context.df.callActivityWithRetry('FlakyService', retryOptions, failures);
};
df.app.orchestration('CallFlakyService', callFlakyService);

/** Whoever catches the error can put right what was done before. */
const transferFunds: OrchestrationHandler = function* (context: OrchestrationContext) {
  const { from, to, amount } = context.df.getInput<Transfer | null>() ?? { from: 'savings', to: 'closed-account', amount: 100 };
  yield context.df.callActivity('DebitAccount', { account: from, amount });
  try {
    yield context.df.callActivity('CreditAccount', { account: to, amount });
    return 'transferred';
  } catch {
    yield context.df.callActivity('CreditAccount', { account: from, amount });
    return 'refunded';
  }
};
df.app.orchestration('TransferFunds', transferFunds);

const attempts = new Map<unknown, number>();

df.app.activity('FlakyService', {
  handler: (failures: number, context: InvocationContext): string => {
    const caller = context.triggerMetadata?.instanceId;
    const attempt = (attempts.get(caller) ?? 0) + 1;
    attempts.set(caller, attempt);
    if (attempt <= failures) throw new Error(`The service is not available (attempt ${attempt}).`);
    attempts.delete(caller);
    return `answered at attempt ${attempt}`;
  },
});

df.app.activity('DebitAccount', { handler: ({ account, amount }: Booking): string => `${account}: -${amount}` });
df.app.activity('CreditAccount', {
  handler: ({ account, amount }: Booking): string => {
    if (account === 'closed-account') throw new Error('The account is closed.');
    return `${account}: +${amount}`;
  },
});
