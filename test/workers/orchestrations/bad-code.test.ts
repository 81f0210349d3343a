import assert from 'node:assert/strict';
import { modesOf, running } from './scenario';
import type { Orchestrator, Sdk } from './sdks';
import { sdk1, sdk2, sdk3, sdks } from './sdks';

interface Case {
  title: string;
  code: (sdk: Sdk) => unknown;
  /** Of the failure's text, or the JSON output when it is to complete. */
  expected: RegExp | { output: string | null };
  on?: readonly Sdk[];
}

const cases: Case[] = [
  {
    title: 'yields something that is no task',
    code: () =>
      function* () {
        yield 42;
      },
    expected: /Orchestration yielded data of type number/,
    on: [sdk2, sdk3],
  },
  {
    title: 'yields something that is no task, which SDK 1.x gives back',
    code: () =>
      function* (): Generator<unknown, unknown, unknown> {
        return yield 42;
      },
    expected: { output: '42' },
    on: [sdk1],
  },
  {
    title: 'throws text instead of an Error, which the package loses with its state',
    code: () =>
      function* () {
        // eslint-disable-next-line @typescript-eslint/only-throw-error -- bad user code
        throw 'just text';
      },
    expected: /failed: One or more errors occurred\. \(Result: Failure\nException: (false|just text)\n\n\$OutOfProcData\$:/,
  },
  {
    title: 'throws an Error without a message',
    code: () =>
      function* () {
        throw new RangeError();
      },
    expected: /^Orchestrator function 'Orchestration' failed: ./,
  },
  {
    title: 'is an async function',
    // eslint-disable-next-line @typescript-eslint/require-await -- bad user code
    code: () => async () => 'done',
    expected: /next is not a function/,
  },
  {
    title: 'is an async generator',
    code: () =>
      async function* () {
        yield await Promise.resolve(1);
      },
    expected: /Orchestration yielded data of type undefined/,
    on: [sdk2, sdk3],
  },
  { title: 'is a plain function', code: () => () => 'done', expected: /next/ },
  {
    title: 'throws inside a helper generator',
    code: () => {
      function* helper(): Generator<unknown, void> {
        throw new Error('from the helper');
      }
      return function* () {
        yield* helper();
      };
    },
    expected: /failed: from the helper$/,
  },
  {
    title: 'returns something with a cycle',
    code: () =>
      function* () {
        const output: Record<string, unknown> = {};
        output['self'] = output;
        return output;
      },
    expected: /circular structure/,
  },
  {
    title: 'returns a BigInt',
    code: () =>
      function* () {
        return 1n;
      },
    expected: /serialize a BigInt/,
  },
  {
    title: 'passes a BigInt to an activity',
    code: () =>
      function* ({ df }: Parameters<Orchestrator>[0]) {
        yield df.callActivity('A', 1n);
      },
    expected: /serialize a BigInt/,
  },
  {
    title: 'sets a BigInt as custom status',
    code: () =>
      function* ({ df }: Parameters<Orchestrator>[0]) {
        df.setCustomStatus(1n);
        yield df.callActivity('A');
      },
    expected: /serialize a BigInt/,
  },
  {
    title: 'returns nothing',
    code: () => function* () {},
    expected: { output: null },
  },
  {
    title: 'returns a function',
    code: () =>
      function* () {
        return () => 1;
      },
    expected: { output: null },
  },
  {
    title: 'creates a timer for no time',
    code: () =>
      function* ({ df }: Parameters<Orchestrator>[0]) {
        yield df.createTimer(new Date(Number.NaN));
      },
    expected: /Error converting value \{null\} to type 'System.DateTime'. Path 'actions\[0\]\[0\].fireAt'/,
  },
  {
    title: 'calls an activity without a name',
    code: () =>
      function* ({ df }: Parameters<Orchestrator>[0]) {
        yield df.callActivity('');
      },
    expected: /functionName: Expected non-empty/,
  },
  {
    title: 'waits for all of nothing',
    code: () =>
      function* ({ df }: Parameters<Orchestrator>[0]): Generator<unknown, unknown, unknown> {
        return yield df.Task.all([]);
      },
    expected: /at least one Task/,
    on: [sdk3],
  },
  {
    title: 'calls an entity that the app does not have',
    code: (sdk) =>
      function* ({ df }: Parameters<Orchestrator>[0]) {
        yield df.callEntity(sdk.entityId('Nobody', 'a'), 'get');
      },
    expected: /The function 'nobody' doesn't exist, is disabled, or is not an entity function.*: 'Counter'/,
  },
];

describe('orchestrations: bad user code', () => {
  for (const { title, code, expected, on } of cases) {
    for (const sdk of on ?? sdks) {
      for (const mode of modesOf(sdk)) {
        it(`${title} (${sdk.version}, ${mode})`, () =>
          running(sdk, mode, code(sdk) as Orchestrator, async ({ host }) => {
            await host.start();
            if (expected instanceof RegExp) {
              assert.equal(host.status, 'Failed');
              assert.match(host.output ?? '', expected);
            } else {
              assert.equal(host.status, 'Completed');
              assert.equal(host.output, expected.output);
            }
          }));
      }
    }
  }

  it('an SDK failure that only shows as an unhandled rejection fails the orchestration once the caller rejects the invocation', async () => {
    let reject: (reason: unknown) => void = () => undefined;
    await running(
      sdk2,
      'cold',
      function* () {
        return 1;
      },
      async ({ host }) => {
        const done = host.start();
        reject(new TypeError('inside the SDK'));
        await done;
        assert.equal(host.rows, 'OS ES EC#0[Failed] OC');
        assert.match(
          host.output ?? '',
          /failed: One or more errors occurred\. \(Result: Failure\nException: inside the SDK\nStack: /,
        );
      },
      {},
      { invoke: () => new Promise((_resolve, no) => (reject = no)) },
    );
  });
});
