/** The panels' states in the gallery: one of each kind a user meets, and the two large ones. */
import type { EntityBatchRecord } from '../../../src/core/entities/entity-views';
import type { HistoryEvent } from '../../../src/core/history/history';
import type { LogEntry } from '../../../src/core/ports/logger';
import type { InstanceRow } from '../../../src/core/instances/instance';
import type { OrchestrationStatus } from '../../../src/core/values/status';
import { serialisedException } from '../../../src/core/values/serialised-exception';
import { toTimestamp } from '../../../src/core/values/time';
import { instanceRow } from '../../support/instance-row';
import {
  completed,
  ended,
  failed,
  fired,
  helloCities,
  raised,
  rest,
  scheduled,
  started,
  story,
  storyStart,
  timer,
  turn,
} from '../histories';
import { type GalleryApp, largeApp, shop } from './functions';
import { FakeReplay } from './fake-replay';
import type { FakeHub } from './fake-hub';
import { waitsForNothing, type FakeInstance } from './fake-hub';

type EntityOperation = EntityBatchRecord['operations'][number];

export const galleryNow = storyStart + 95_000;
const at = (seconds: number): string => toTimestamp(storyStart + seconds * 1000);

function instance(
  row: Partial<InstanceRow> & { instanceId: string },
  history: HistoryEvent[] = [],
  rest: Partial<FakeInstance> = {},
): FakeInstance {
  return {
    row: instanceRow({
      executionId: '3b1f5a0c9d2e4f60a7b8c9d0e1f2a3b4',
      runtimeStatus: 'Completed',
      createdTime: at(0),
      lastUpdatedTime: at(15),
      completedTime: at(15),
      historyLength: history.length,
      ...row,
    }),
    history,
    customStatusChanges: [],
    waitingFor: waitsForNothing,
    ...rest,
  };
}

/** Two runs of the code: the second repeats what the first has said. */
function loggedLines(): LogEntry[] {
  const line = (seconds: number, functionName: string, message: string, invocationId: string, level: LogEntry['level']) =>
    ({
      ...{ level, category: 'user', message, functionName, invocationId, instanceId: 'eaee885b', at: at(seconds) },
      place: { file: `/app/src/functions/${functionName === 'HelloCities' ? 'hello' : 'say'}.js`, line: 5 + seconds, column: 3 },
    }) as const;
  return [
    line(2, 'HelloCities', 'Greeting three cities', 'run-1', 'information'),
    line(3, 'SayHello', 'Saying hello to Tokyo', 'a', 'information'),
    line(6, 'HelloCities', 'Greeting three cities', 'run-2', 'information'),
    line(6, 'HelloCities', 'Tokyo is done', 'run-2', 'information'),
    line(7, 'SayHello', 'Seattle answers slowly', 'b', 'warning'),
    line(10, 'HelloCities', 'Greeting three cities', 'run-3', 'information'),
    line(10, 'HelloCities', 'Tokyo is done', 'run-3', 'information'),
    line(10, 'HelloCities', 'Seattle is done', 'run-3', 'information'),
  ];
}

const statusChanges = ['"Tokyo"', '"Seattle"', '"London"'].map((value, index) => ({ at: at(5 + index * 4), value }));

function completedInstance(): FakeInstance {
  return instance(
    { instanceId: 'eaee885b', customStatus: '"London"', output: '["Hello Tokyo!","Hello Seattle!","Hello London!"]' },
    [...helloCities],
    { customStatusChanges: statusChanges },
  );
}

function runningInstances(): FakeInstance[] {
  const history = story(
    { ...turn, at: 0.2 },
    { ...started('ReserveTicket', '{"city":"Tokyo","seats":2,"class":"economy","extras":["meal","window"]}'), at: 0 },
    { ...scheduled(0, 'CheckAvailability'), at: 0.3 },
    { ...timer(1, 120), at: 0.3 },
    { ...rest, at: 0.3 },
    { ...turn, at: 6 },
    { ...failed(0, "Activity function 'CheckAvailability' failed: seat map not ready"), at: 5.8 },
    { ...timer(2, 20), at: 6.1 },
    { ...rest, at: 6.1 },
    { ...turn, at: 20.2 },
    { ...fired(2, 20), at: 20 },
    { ...scheduled(3, 'CheckAvailability'), at: 20.3 },
    { ...rest, at: 20.3 },
    { ...turn, at: 32 },
    { ...completed(3, '{"free":14}'), at: 31.5, QueuedMs: 4200 },
    {
      EventType: 'SubOrchestrationInstanceCreated',
      EventId: 4,
      Name: 'CalculateDiscount',
      Version: '',
      InstanceId: 'ticket-7:4',
      Input: null,
      at: 32.1,
    },
    { ...scheduled(5, 'NotifyCustomer'), at: 32.1 },
    { ...rest, at: 32.1 },
    { ...turn, at: 51 },
    { ...raised('CustomerReplied', '"yes"'), at: 50.5 },
    { ...rest, at: 51 },
  );
  return [
    instance(
      {
        instanceId: 'ticket-7',
        name: 'ReserveTicket',
        version: '1.2',
        runtimeStatus: 'Running',
        completedTime: null,
        input: '{"city":"Tokyo","seats":2,"class":"economy","extras":["meal","window"]}',
        customStatus: '{"city":"Tokyo","discount":{"percent":15,"reason":"early booking"},"waitingFor":"BookingConfirmed"}',
        awaitedEvents: ['BookingConfirmed', 'Cancelled'],
        parentInstanceId: 'tour-1',
        tags: { channel: 'web' },
      },
      history,
      {
        customStatusChanges: [
          { at: at(0.3), value: '"Looking for seats"' },
          { at: at(20.3), value: '{"free":14}' },
          {
            at: at(32.1),
            value: '{"city":"Tokyo","discount":{"percent":15,"reason":"early booking"},"waitingFor":"BookingConfirmed"}',
          },
        ],
        waitingFor: {
          events: ['BookingConfirmed', 'Cancelled'],
          timers: [
            { instanceId: 'ticket-7', executionId: '', timerId: 1, fireAt: at(120) },
            {
              instanceId: 'ticket-7',
              executionId: '',
              timerId: 2,
              fireAt: at(60),
              retryOf: { name: 'FindSeats', attempt: 2, most: 5, lastError: 'Error: the seat service is busy' },
            },
          ],
          unawaited: ['PriceChanged'],
          activities: [
            {
              instanceId: 'ticket-7',
              executionId: '',
              taskId: 5,
              name: 'NotifyCustomer',
              version: '',
              input: null,
              scheduledAt: at(32.1),
              attempt: 2,
              most: 3,
              lastError: 'Error: no answer from the mail server',
            },
          ],
          children: [{ instanceId: 'ticket-7:4', name: 'CalculateDiscount', taskId: 4 }],
        },
      },
    ),
    instance({ instanceId: 'tour-1', name: 'BookTour', runtimeStatus: 'Running', completedTime: null }),
    instance({
      instanceId: 'ticket-7:4',
      name: 'CalculateDiscount',
      runtimeStatus: 'Running',
      completedTime: null,
      parentInstanceId: 'ticket-7',
      createdTime: at(32.1),
    }),
  ];
}

function failedInstance(): FakeInstance {
  const stack = `TypeError: Cannot read properties of undefined (reading 'percent')
    at discountOf (/apps/custom-status/src/functions/reserve-ticket.ts:31:27)
    at ReserveTicket (/apps/custom-status/src/functions/reserve-ticket.ts:18:20)
    at Orchestrator.run (/apps/custom-status/node_modules/durable-functions/lib/src/orchestrator.js:93:35)`;
  return instance(
    {
      instanceId: 'ticket-8',
      name: 'ReserveTicket',
      runtimeStatus: 'Failed',
      input: '{"city":"Atlantis"}',
      output: "Orchestrator function 'ReserveTicket' failed: Cannot read properties of undefined (reading 'percent')",
      customStatus: `{"log":"${'x'.repeat(7400)}"}`,
      failureDetails: {
        ErrorType: 'TypeError',
        ErrorMessage: "Cannot read properties of undefined (reading 'percent')",
        StackTrace: stack,
        InnerFailure: { ErrorType: 'Error', ErrorMessage: 'No discount for Atlantis', IsNonRetriable: false },
        IsNonRetriable: false,
      },
    },
    story(
      turn,
      started('ReserveTicket'),
      scheduled(0, 'CalculateDiscount'),
      rest,
      turn,
      failed(0),
      ended(1, 'failed', 'Failed'),
      rest,
    ),
    { customStatusChanges: [{ at: at(3), value: `{"log":"${'x'.repeat(7400)}"}` }] },
  );
}

/** Waits for `go`, has got one again after continueAsNew and another under a different case. */
function puzzlingInstance(): FakeInstance {
  const again = { ...raised('go'), Note: 'carried over, received before' } as const;
  const waiting = instance(
    { instanceId: 'order-7', name: 'Order', runtimeStatus: 'Running', completedTime: null, awaitedEvents: ['go'] },
    story(turn, started('Order'), again, scheduled(0, 'Ship'), rest, turn, completed(0, 'null'), raised('GO'), rest),
  );
  return { ...waiting, waitingFor: { ...waiting.waitingFor, events: ['go'] } };
}

/** Went on from a failed group while a task with retries in it was tried again: results went to others (recorded with 3.5.0). */
function astrayInstance(status: 'Completed' | 'Failed'): FakeInstance {
  const toOther = { ...completed(3, '"b"'), Note: "gone astray: given to 'Charge' instead of 'Book'" } as const;
  const toRetry = { ...completed(4, '"c"'), Note: "gone astray: given to a retry of 'Book' instead of 'Charge'" } as const;
  const output = status === 'Completed' ? '["b","d"]' : "Orchestrator function 'Trip' failed: No receipt in 'b'";
  return instance(
    { instanceId: `trip-${status === 'Completed' ? 7 : 8}`, name: 'Trip', runtimeStatus: status, output },
    story(
      turn,
      started('Trip'),
      scheduled(0, 'Reserve'),
      scheduled(1, 'Book'),
      rest,
      turn,
      failed(1),
      timer(2, 4),
      rest,
      turn,
      failed(0),
      rest,
      turn,
      fired(2, 4),
      scheduled(3, 'Book'),
      rest,
      turn,
      toOther,
      scheduled(4, 'Charge'),
      rest,
      turn,
      toRetry,
      scheduled(5, 'Confirm'),
      rest,
      turn,
      completed(5, '"d"'),
      ended(6, output, status),
      rest,
    ),
  );
}

/** Failed for a request of `callHttp` that the extension does not send. */
function refusedRequest(): FakeInstance {
  const reason = "The format of value 'application/json; charset=utf-8' is invalid.";
  const stack = `   at System.Net.Http.Headers.MediaTypeHeaderValue.CheckMediaTypeFormat(String mediaType, String parameterName)`;
  const output = `Orchestrator function 'Ask' failed: ${reason}`;
  const details = {
    ErrorType: 'System.FormatException',
    ErrorMessage: reason,
    StackTrace: stack,
    InnerFailure: null,
    IsNonRetriable: false,
    Properties: null,
  };
  return instance(
    { instanceId: 'ask-7', name: 'Ask', runtimeStatus: 'Failed', output },
    story(
      turn,
      started('Ask'),
      scheduled(0, 'BuiltIn::HttpActivity'),
      rest,
      turn,
      { ...failed(0, reason), Details: stack, FailureDetails: details },
      ended(1, output, 'Failed'),
      rest,
    ),
  );
}

/** Nested three deep, as the host's replay passes a failure up: each level repeats the one below it. */
function deepFailure(): FakeInstance[] {
  const message = 'The card 4000-1234 was refused: insufficient funds';
  const stack = `CardRefusedError: ${message}
    at gateway (/apps/shop/src/functions/charge.ts:19:25)
    at handler (/apps/shop/src/functions/charge.ts:27:10)
    at Object.callback (/apps/shop/node_modules/durable-functions/src/app.ts:93:44)
    at Activities.call (/apps/.vscode/durascope/dist/node-worker-program.js:9:11186)`;
  const details = serialisedException(message, stack);
  const charge = `Activity function 'Charge' failed:  ${message}`;
  const settle = `Orchestrator function 'Settle' failed: ${charge} \n ${details}`;
  const payment = `Orchestrator function 'Payment' failed: ${settle} \n Message: ${charge} \n ${details}`;
  const checkout = `Orchestrator function 'Checkout' failed: ${payment} \n Message: ${settle} \n Message: ${charge} \n ${details}`;
  const child = (Name: string, InstanceId: string) =>
    ({
      EventType: 'SubOrchestrationInstanceCreated',
      EventId: 0,
      Name,
      Version: '',
      InstanceId,
      Input: null,
      KeptInput: '{"order":"o-7","amount":120}',
    }) as const;
  const childFailed = (Reason: string) =>
    ({ EventType: 'SubOrchestrationInstanceFailed', TaskScheduledId: 0, Reason, Details: '' }) as const;
  const one = (instanceId: string, name: string, output: string, parentInstanceId: string | null, history: HistoryEvent[]) =>
    instance(
      { instanceId, name, runtimeStatus: 'Failed', input: '{"order":"o-7","amount":120}', output, parentInstanceId },
      history,
    );
  const work = { ...scheduled(0, 'Charge'), KeptInput: '{"card":"4000-1234","amount":120,"currency":"EUR"}' };
  const refused = (id: number) => ({ ...failed(id, charge), Details: details });
  return [
    one(
      'checkout-7',
      'Checkout',
      checkout,
      null,
      story(
        turn,
        started('Checkout'),
        child('Payment', 'payment-7'),
        rest,
        turn,
        childFailed(payment),
        ended(1, checkout, 'Failed'),
        rest,
      ),
    ),
    one(
      'payment-7',
      'Payment',
      payment,
      'checkout-7',
      story(
        turn,
        started('Payment'),
        child('Settle', 'settle-7'),
        rest,
        turn,
        childFailed(settle),
        ended(1, payment, 'Failed'),
        rest,
      ),
    ),
    one(
      'settle-7',
      'Settle',
      settle,
      'payment-7',
      story(
        ...[turn, started('Settle'), work, rest, turn, refused(0), timer(1, 7), rest],
        ...[turn, fired(1, 7), { ...work, EventId: 2 }, rest, turn, refused(2), ended(3, settle, 'Failed'), rest],
      ),
    ),
  ];
}

/** One that waits for its approval, one that is done. */
function shopInstances(): FakeInstance[] {
  const begun = [turn, started('Checkout'), scheduled(0, 'CheckStock'), rest, turn, completed(0, 'true')];
  const child: HistoryEvent = {
    ...{ EventType: 'SubOrchestrationInstanceCreated', EventId: 1, IsPlayed: false, Timestamp: at(2) },
    ...{ Name: 'Payment', Version: '', InstanceId: 'payment-8', Input: null },
  };
  return [
    instance({ instanceId: 'checkout-8', name: 'Checkout', runtimeStatus: 'Running', completedTime: null }, [
      ...story(...begun),
      child,
      ...story(rest),
    ]),
    instance({ instanceId: 'checkout-9', name: 'Checkout' }, [
      ...story(...begun, raised('Approval', 'true'), scheduled(2, 'SendReceipt'), rest, turn, completed(2, 'null'), rest),
    ]),
  ];
}

/** A history of exactly `rows` rows: turns of four with one activity each. */
function longHistory(rows: number): HistoryEvent[] {
  const events = story(turn, started('Long'), scheduled(0), rest);
  for (let id = 0; events.length < rows; id++) {
    const seconds = 4 + id;
    events.push(
      ...story(
        { ...turn, at: seconds },
        { ...completed(id, `"Hello number ${id}!"`), at: seconds - 0.3 },
        { ...scheduled(id + 1), at: seconds + 0.1 },
        { ...rest, at: seconds + 0.1 },
      ),
    );
  }
  return events.slice(0, rows);
}

function longInstance(rows: number): FakeInstance {
  const last = at(rows / 4);
  return instance(
    { instanceId: `long-${rows}`, name: 'Long', runtimeStatus: 'Running', completedTime: null, lastUpdatedTime: last },
    longHistory(rows),
  );
}

function manyInstances(count: number): FakeInstance[] {
  const names = ['HelloCities', 'ReserveTicket', 'CityRecommender', 'Monitor', 'FanOut'];
  // Without randomness, so that pictures can be compared.
  const noise = (index: number): number => ((index * 2654435761) >>> 0) / 2 ** 32;
  const statusFor = (part: number): OrchestrationStatus =>
    part < 0.72
      ? 'Completed'
      : part < 0.8
        ? 'Failed'
        : part < 0.9
          ? 'Running'
          : part < 0.94
            ? 'Terminated'
            : part < 0.97
              ? 'Pending'
              : 'Suspended';
  return Array.from({ length: count }, (_, index) => {
    const name = names[Math.floor(noise(index) * names.length)] ?? 'HelloCities';
    const runtimeStatus = statusFor(noise(index * 7 + 3));
    const created = (index / count) * 3600 * (0.8 + 0.2 * Math.sin(index / (count / 20)));
    const over = runtimeStatus !== 'Running' && runtimeStatus !== 'Pending' && runtimeStatus !== 'Suspended';
    return instance({
      instanceId: `${(noise(index + 11) * 2 ** 32).toString(16).padStart(8, '0').slice(0, 8)}-${index}`,
      name,
      runtimeStatus,
      createdTime: at(created - 3600),
      lastUpdatedTime: at(created - 3595),
      completedTime: over ? at(created - 3600 + noise(index * 3) * 90) : null,
      customStatus: runtimeStatus === 'Running' ? `{"step":${index % 7},"city":"Tokyo"}` : '"London"',
      output:
        runtimeStatus === 'Failed'
          ? "Orchestrator function failed: Cannot read properties of undefined (reading 'percent')"
          : null,
      historyLength: 16,
    });
  });
}

/** Activities at once, that came back over twenty seconds, and a child two days later that had three calls of its own. */
function fanOut(count: number): FakeInstance[] {
  const all = Array.from({ length: count }, (_, n) => n);
  const later = 2 * 86_400;
  const child = (Name: string, InstanceId: string, EventId: number) =>
    ({ EventType: 'SubOrchestrationInstanceCreated', EventId, Name, Version: '', InstanceId, Input: '{"part":1}' }) as const;
  const childEnded = (TaskScheduledId: number, Result: string) =>
    ({ EventType: 'SubOrchestrationInstanceCompleted', TaskScheduledId, Result }) as const;
  const history = story(
    ...[turn, { ...started('Nightly'), at: 0.2 }, { ...scheduled(count, 'ListFiles'), at: 0.3 }, { ...rest, at: 0.3 }],
    ...[
      { ...turn, at: 2.1 },
      { ...completed(count, '200'), at: 2 },
    ],
    ...all.map((n) => ({ ...scheduled(n, 'CopyFile'), Input: String(n), at: 2.2 })),
    ...[
      { ...rest, at: 2.3 },
      { ...turn, at: 24 },
    ],
    ...all.map((n) => ({ ...(n % 60 === 17 ? failed(n) : completed(n, `"file ${n}"`)), at: 3 + ((n * 37) % 200) / 10 })),
    ...[
      { ...rest, at: 24 },
      { ...turn, at: 24.1 },
      { ...timer(count + 1, later), at: 24.1 },
      { ...rest, at: 24.1 },
      { ...turn, at: later },
    ],
    ...[
      { ...fired(count + 1, later), at: later },
      { ...child('Report', 'nightly:report', count + 2), at: later + 0.2 },
    ],
    ...[
      { ...rest, at: later + 0.2 },
      { ...turn, at: later + 9 },
    ],
    ...[
      { ...childEnded(count + 2, '"sent"'), at: later + 9 },
      { ...ended(count + 3, '"done"'), at: later + 9.1 },
      { ...rest, at: later + 9.1 },
    ],
  );
  const inner = story(
    ...[
      { ...turn, at: later + 0.4 },
      { ...started('Report'), at: later + 0.3 },
      { ...scheduled(0, 'Count'), at: later + 0.5 },
    ],
    ...[
      { ...rest, at: later + 0.5 },
      { ...turn, at: later + 4 },
      { ...completed(0, '200'), at: later + 4 },
    ],
    ...[
      { ...scheduled(1, 'SendMail'), at: later + 4.1 },
      { ...rest, at: later + 4.1 },
      { ...turn, at: later + 8 },
    ],
    ...[
      { ...completed(1, '"sent"'), at: later + 8 },
      { ...ended(2, '"sent"'), at: later + 8.5 },
      { ...rest, at: later + 8.5 },
    ],
  );
  return [
    instance(
      { instanceId: 'nightly', name: 'Nightly', completedTime: at(later + 9.1), lastUpdatedTime: at(later + 9.1) },
      history,
    ),
    instance({ instanceId: 'nightly:report', name: 'Report', parentInstanceId: 'nightly', createdTime: at(later) }, inner),
  ];
}

/** Two operations of its own, one that failed, and an audit that has it while a transfer and a client wait. */
function account(lockedBy: string): (hub: FakeHub) => void {
  const operation = (name: string, input: string | null, result: string | null, ok = true): EntityOperation => ({
    name,
    input,
    isSignal: false,
    requestId: `r-${name}`,
    parentInstanceId: 'transfer-1',
    ok,
    result,
  });
  const state = (balance: number): string => JSON.stringify({ owner: 'Ada', balance, currency: 'EUR' });
  return (hub) => {
    hub.add(instance({ instanceId: 'audit-7', name: 'Audit', runtimeStatus: 'Running', completedTime: null }));
    hub.add(instance({ instanceId: 'audit-6', name: 'Audit', runtimeStatus: 'Terminated' }));
    hub.entities.set('@account@savings', {
      details: {
        instanceId: '@account@savings',
        name: 'account',
        key: 'savings',
        exists: true,
        state: state(880),
        lastOperationTime: at(40),
        queueSize: 2,
        lockedBy,
        queue: [
          { id: 'l1', parent: 'transfer-9', lockset: [{ name: 'account', key: 'savings' }], pos: 0 },
          { id: 'o1', op: 'deposit', input: '20', signal: true },
        ],
      },
      batches: [
        {
          at: at(10),
          executionId: 'b1',
          stateBefore: null,
          stateAfter: state(1000),
          operations: [operation('open', null, null)],
          omitted: 0,
        },
        {
          at: at(20),
          executionId: 'b2',
          stateBefore: state(1000),
          stateAfter: state(880),
          operations: [operation('balance', null, '1000'), operation('withdraw', '120', null)],
          omitted: 3,
        },
        {
          at: at(40),
          executionId: 'b3',
          stateBefore: state(880),
          stateAfter: state(880),
          operations: [operation('close', null, '{}', false)],
          omitted: 0,
        },
      ],
    });
  };
}

/** `panel`: which; `instanceId`: of the instance panel. */
export interface GalleryState {
  panel: 'instance' | 'instances' | 'entity' | 'functions';
  /** Of the functions panel. */
  app?: GalleryApp;
  instanceId: string;
  fill: (hub: FakeHub) => void;
  /** The hub is one of a real engine. */
  attached?: boolean;
  /** Not connected: the message shown. */
  disconnected?: string;
  replay?: FakeReplay;
  /** What the instance has logged. */
  log?: readonly LogEntry[];
}

export const galleryStates = {
  completed: { panel: 'instance', instanceId: 'eaee885b', fill: (hub) => hub.add(completedInstance()) },
  logged: {
    panel: 'instance',
    instanceId: 'eaee885b',
    fill: (hub) => hub.add(completedInstance()),
    log: loggedLines(),
  },
  running: { panel: 'instance', instanceId: 'ticket-7', fill: (hub) => hub.add(...runningInstances()) },
  fanOut: { panel: 'instance', instanceId: 'nightly', fill: (hub) => hub.add(...fanOut(200)) },
  fanOut5000: { panel: 'instance', instanceId: 'nightly', fill: (hub) => hub.add(...fanOut(5000)) },
  failed: { panel: 'instance', instanceId: 'ticket-8', fill: (hub) => hub.add(failedInstance()) },
  failedDeep: {
    panel: 'instance',
    instanceId: 'checkout-7',
    fill: (hub) => hub.add(...deepFailure()),
    replay: new FakeReplay(helloCities),
  },
  puzzling: { panel: 'instance', instanceId: 'order-7', fill: (hub) => hub.add(puzzlingInstance()) },
  astray: { panel: 'instance', instanceId: 'trip-7', fill: (hub) => hub.add(astrayInstance('Completed')) },
  failedAstray: { panel: 'instance', instanceId: 'trip-8', fill: (hub) => hub.add(astrayInstance('Failed')) },
  failedHttp: { panel: 'instance', instanceId: 'ask-7', fill: (hub) => hub.add(refusedRequest()) },
  pending: {
    panel: 'instance',
    instanceId: 'later',
    fill: (hub) =>
      hub.add(
        instance({
          instanceId: 'later',
          runtimeStatus: 'Pending',
          completedTime: null,
          scheduledStartTime: at(600),
          input: '"Tokyo"',
        }),
      ),
  },
  purged: { panel: 'instance', instanceId: 'gone', fill: () => undefined },
  stopped: {
    panel: 'instance',
    instanceId: 'eaee885b',
    fill: (hub) => hub.add(completedInstance()),
    disconnected: 'The emulator is stopped. What you see is its last state.',
  },
  rows10000: { panel: 'instance', instanceId: 'long-10000', fill: (hub) => hub.add(longInstance(10_000)) },
  rows100000: { panel: 'instance', instanceId: 'long-100000', fill: (hub) => hub.add(longInstance(100_000)) },
  replay: {
    panel: 'instance',
    instanceId: 'eaee885b',
    fill: (hub) => hub.add(completedInstance()),
    replay: new FakeReplay(helloCities),
  },
  replayDiverges: {
    panel: 'instance',
    instanceId: 'eaee885b',
    fill: (hub) => hub.add(completedInstance()),
    replay: new FakeReplay(helloCities, { diverges: true }),
  },
  replayRefused: {
    panel: 'instance',
    instanceId: 'eaee885b',
    fill: (hub) => hub.add(completedInstance()),
    replay: new FakeReplay(helloCities, { refuses: 'The app has no orchestrator HelloCities. It was renamed or removed.' }),
  },
  replay10000: {
    panel: 'instance',
    instanceId: 'long-10000',
    fill: (hub) => hub.add(longInstance(10_000)),
    replay: new FakeReplay(longHistory(10_000)),
  },
  entity: { panel: 'entity', instanceId: '@account@savings', fill: account('audit-7') },
  entityOrphaned: { panel: 'entity', instanceId: '@account@savings', fill: account('audit-6') },
  entityUnused: { panel: 'entity', instanceId: '@account@new', fill: () => undefined },
  locks: {
    panel: 'instance',
    instanceId: 'transfer-9',
    fill: (hub) => {
      const one = instance({ instanceId: 'transfer-9', name: 'Transfer', runtimeStatus: 'Running', completedTime: null });
      const wait = { kind: 'lock', operation: null, since: at(45) } as const;
      const waitingFor = {
        ...waitsForNothing,
        holds: ['@account@bonds'],
        entities: [
          {
            ...wait,
            requestId: 'a',
            entities: [
              { instanceId: '@account@checking', lockedBy: null },
              { instanceId: '@account@savings', lockedBy: 'audit-7' },
            ],
          },
          { ...wait, requestId: 'b', entities: [{ instanceId: '@account@gold', lockedBy: 'audit-6' }], orphanedBy: 'audit-6' },
          {
            ...wait,
            requestId: 'c',
            entities: [{ instanceId: '@account@bonds', lockedBy: 'parent-2' }],
            cycle: ['transfer-9', '@account@bonds', 'parent-2', 'transfer-9'],
          },
        ],
      };
      hub.add({ ...one, waitingFor });
    },
  },
  leftOpen: {
    panel: 'instance',
    instanceId: 'remind-3',
    fill: (hub) => {
      const one = instance({ instanceId: 'remind-3', name: 'Remind', runtimeStatus: 'Running', completedTime: null });
      const open = { instanceId: 'remind-3', executionId: '', timerId: 1, fireAt: at(3600) };
      hub.add({ ...one, waitingFor: { ...waitsForNothing, codeEnded: true, timers: [open] } });
    },
  },
  functions: { panel: 'functions', instanceId: '', fill: (hub) => hub.add(...deepFailure(), ...shopInstances()), app: shop },
  functionsStopped: {
    ...{ panel: 'functions', instanceId: '', fill: () => undefined, app: { ...shop, functions: null } },
    disconnected: 'The emulator is stopped. Start it to go on.',
  },
  functionsNone: { panel: 'functions', instanceId: '', fill: () => undefined, app: { functions: [], code: [] } },
  functions200: { panel: 'functions', instanceId: '', fill: () => undefined, app: largeApp() },
  none: { panel: 'instances', instanceId: '', fill: () => undefined },
  some: { panel: 'instances', instanceId: '', fill: (hub) => hub.add(...manyInstances(60)) },
  attached: { panel: 'instances', instanceId: '', attached: true, fill: (hub) => hub.add(...manyInstances(3000)) },
  many: { panel: 'instances', instanceId: '', fill: (hub) => hub.add(...manyInstances(100_000)) },
} satisfies Record<string, GalleryState>;

export type GalleryStateName = keyof typeof galleryStates;
