import assert from 'node:assert/strict';
import type { FailureDetails, HistoryEvent } from '../../src/core/history/history';
import { instanceRow } from '../support/instance-row';
import { failureChain } from '../../src/core/ports/failure-chain';
import { rootCauseLine, rootCauseOf, stackLines } from '../../src/core/values/failure-text';
import { readableFailure, serialisedException } from '../../src/core/values/serialised-exception';
import { TestHub } from '../support/test-hub';

const stack = `TypeError: The card was refused
    at gateway (/apps/shop/src/pay.js:19:9)
    at Object.callback (/apps/shop/node_modules/durable-functions/src/app.ts:93:44)`;
const thrown = serialisedException('The card was refused', stack);
/** As the host's replay passes a failure up: each level repeats what it was told, and its details after it. */
const nested = `Orchestrator function 'Checkout' failed: Orchestrator function 'Settle' failed: Activity function 'Charge' failed:  The card was refused \n ${thrown} \n Message: Activity function 'Charge' failed:  The card was refused \n ${thrown}`;

describe('the text of a failure', () => {
  it('has its root cause found below all levels, with type and stack', () => {
    assert.deepEqual(rootCauseOf(nested), { errorType: 'TypeError', message: 'The card was refused', stack });
    assert.equal(rootCauseLine(nested), 'TypeError: The card was refused');
  });

  it('is read in every form that SDKs and languages give it', () => {
    for (const [text, line] of [
      ["Orchestrator function 'A' failed: no seats", 'no seats'],
      ["Task 'Charge' (#2) failed with an unhandled exception: No card", 'No card'],
      [
        'System.InvalidOperationException: No card\n   at Shop.Charge(Int32 a) in /apps/shop/Charge.cs:line 12',
        'System.InvalidOperationException: No card',
      ],
      ['Result: Failure\nException: No card', 'No card'],
      ['plain words: with a colon', 'plain words: with a colon'],
      ['', ''],
    ] as const)
      assert.equal(rootCauseLine(text), line);
  });

  it('is told to people without JSON and without repeating itself, however deep the failure was', () => {
    const told = readableFailure(nested);
    assert.ok(!told.includes('$type'), told);
    assert.equal(told.split('at gateway').length, 2);
    assert.equal(readableFailure(`broken {"$type":"System.Exc`), `broken {"$type":"System.Exc`);
  });

  it('has the frames told apart that nobody wrote for this app', () => {
    const own = (text: string): string[] =>
      stackLines(text)
        .filter((line) => !line.isForeign)
        .map((line) => line.text.trim());
    assert.deepEqual(own(stack), ['TypeError: The card was refused', 'at gateway (/apps/shop/src/pay.js:19:9)']);
    assert.deepEqual(
      own('   at Shop.Charge() in /a/Charge.cs:line 12\n   at System.Threading.Tasks.Task.Run()\n--- End of stack trace ---'),
      ['at Shop.Charge() in /a/Charge.cs:line 12'],
    );
  });
});

describe('a failure nested three deep', () => {
  it('is followed to the call, with its input, its attempt and its own words, where no input is stored', async () => {
    const hub = await TestHub.open({
      scripts: {
        *Checkout(checkout) {
          return yield checkout.child('Payment', { order: 7 }, { instanceId: 'pay' });
        },
        *Payment(payment) {
          return yield payment.child('Settle', { order: 7 }, { instanceId: 'settle' });
        },
        *Settle(settle) {
          return yield settle.activity('Charge', { card: '4000' });
        },
      },
      activities: {
        Charge: () => {
          throw new TypeError('The card was refused');
        },
      },
    });
    try {
      await hub.start('Checkout', { instanceId: 'c' });
      await hub.quiet();
      const chain = await failureChain(hub.engine, 'c');
      assert.deepEqual(
        chain.map(({ name, message }) => [name, message]),
        ['Checkout', 'Payment', 'Settle', 'Charge'].map((name) => [name, 'The card was refused']),
      );
      assert.deepEqual([chain.at(-1)?.input, chain.at(-1)?.attempt], ['[{"card":"4000"}]', 1]);
      const stored = hub.history('settle').find((event) => event.EventType === 'TaskScheduled');
      assert.deepEqual([stored?.Input, stored?.KeptInput], [null, '[{"card":"4000"}]']);
    } finally {
      await hub.dispose();
    }
  });

  it('names what the code of a C# app threw around the root cause, and not what the package hands on with it', async () => {
    const details = (ErrorType: string, ErrorMessage: string, InnerFailure: FailureDetails | null = null): FailureDetails => ({
      ...{ ErrorType, ErrorMessage, StackTrace: null, InnerFailure, IsNonRetriable: false },
    });
    const thrown = details(
      'OrderRefused',
      'no',
      details('System.IO.IOException', 'in between', details('System.ArgumentException', 'lines')),
    );
    const failed = details('Microsoft.DurableTask.TaskFailedException', "Task 'Refuse' (#0) failed: no", thrown);
    const marks = { EventId: -1, IsPlayed: false, Timestamp: '2026-01-01T00:00:00.0000000Z' };
    const history: HistoryEvent[] = [
      { ...marks, EventType: 'TaskScheduled', EventId: 0, Name: 'Refuse', Version: '', Input: '["A"]' },
      { ...marks, EventType: 'TaskFailed', TaskScheduledId: 0, Reason: 'no', Details: '', FailureDetails: thrown },
    ];
    const row = instanceRow({
      instanceId: 'o',
      name: 'Order',
      runtimeStatus: 'Failed',
      profile: 'G',
      failureDetails: failed,
      historyLength: 2,
    });
    const chain = await failureChain({ get: () => Promise.resolve(row), history: () => Promise.resolve(history) }, 'o');
    const outer = ['OrderRefused: no', 'System.IO.IOException: in between'];
    assert.deepEqual(
      chain.map((link) => [link.name, link.errorType, link.message, link.outer]),
      [
        ['Order', 'System.ArgumentException', 'lines', outer],
        ['Refuse', 'System.ArgumentException', 'lines', outer],
      ],
    );
  });
});
