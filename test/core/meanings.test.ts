import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { HistoryEvent, HistoryEventType } from '../../src/core/history/history';
import { type MeaningId, type MeaningRow, meaningTitles, withTitle } from '../../src/core/instances/meanings/meaning';
import { meanings } from '../../src/core/instances/meanings/meanings';
import { rewindDoubt } from '../../src/core/instances/rewind-doubt';
import { projectRoot } from '../support/durascope-program';
import type { InstanceTables } from '../goldens/harness/recording';
import { readRecordings } from '../goldens/harness/golden-run';

const row = (facts: Partial<MeaningRow> = {}): MeaningRow => ({
  instanceId: 'one',
  runtimeStatus: 'Running',
  output: null,
  awaitedEvents: [],
  ...facts,
});
const event = (EventType: HistoryEventType, fields: Record<string, unknown> = {}): HistoryEvent =>
  ({ EventType, EventId: -1, IsPlayed: false, Timestamp: '2024-01-01T00:00:00.0000000Z', ...fields }) as HistoryEvent;
const idsOf = (facts: Partial<MeaningRow>, events: HistoryEvent[]): string[] => meanings(row(facts), events).map(({ id }) => id);
const nonDeterministic = 'Non-Deterministic workflow detected: A previous execution of this orchestration scheduled a timer task';

describe('what an instance means', () => {
  it('nothing, where nothing puzzles', () => {
    assert.deepEqual(
      meanings(row({ awaitedEvents: ['go'] }), [event('EventRaised', { Name: 'go' }), event('EventRaised', { Name: 'x' })]),
      [],
    );
    assert.deepEqual(idsOf({ runtimeStatus: 'Failed', output: "Orchestrator function 'A' failed: boom" }, []), []);
  });

  it('is told by the notes of rows, each at its row', () => {
    const events = [
      event('OrchestratorStarted'),
      event('EventRaised', { Name: 'go', Note: 'carried over, received before' }),
      event('TaskScheduled', { Name: 'Echo', Note: 'a boolean that arrives as text' }),
      event('SubOrchestrationInstanceCreated', { InstanceId: 'other', Note: 'replaced a running instance' }),
      event('EventRaised', { Name: 'go', Note: 'of a later version' }),
    ];
    const found = meanings(row(), events);
    assert.deepEqual(
      found.map(({ id, event: at }) => [id, at]),
      [
        ['eventAgain', 1],
        ['booleanAsText', 2],
        ['childReplaced', 3],
      ],
    );
    assert.match(found[2]?.message ?? '', /'other' replaced a running instance/);
  });

  it('is that results went to other calls: all of them together, at the first, with what may come of it at the end', () => {
    const events = [
      event('TaskCompleted', { TaskScheduledId: 3, Note: "gone astray: given to 'C' instead of 'B'" }),
      event('TaskCompleted', { TaskScheduledId: 4, Note: "gone astray: given to a retry of 'B' instead of 'C'" }),
    ];
    const [found, ...others] = meanings(row({ runtimeStatus: 'Completed' }), events);
    assert.deepEqual([found?.id, found?.event, others], ['astray', 0, []]);
    assert.match(
      found?.message ?? '',
      /it was given to 'C' instead of 'B', and 1 other result went elsewhere too, .* What the instance returned may come of that\./,
    );
    assert.match(
      meanings(row({ runtimeStatus: 'Failed' }), events)[0]?.message ?? '',
      /What the instance failed with may come of that/,
    );
    assert.doesNotMatch(meanings(row(), events)[0]?.message ?? '', /What the instance/);
    const mistaken = event('EventRaised', { Name: '0', Note: "gone astray: taken for the result of 'A'" });
    assert.match(
      meanings(row(), [mistaken])[0]?.message ?? '',
      /^The event '0' was taken for the result of 'A', whose number is its name:.* Give events names that are no numbers\.$/,
    );
  });

  it('is that nothing is open, of what runs on a worker that does not tell for which event the code waits', () => {
    const start = [event('OrchestratorStarted'), event('ExecutionStarted', { Name: 'O' })];
    const end = event('OrchestratorCompleted');
    const of = (events: HistoryEvent[], facts: Partial<MeaningRow> = {}): string[] =>
      idsOf({ profile: 'G', historyLength: events.length, ...facts }, events);
    const scheduled = event('TaskScheduled', { EventId: 0, Name: 'A' });
    const done = event('TaskCompleted', { TaskScheduledId: 0 });
    assert.deepEqual(of([...start, end]), ['nothingOpen']);
    assert.deepEqual(of([...start, scheduled, end, event('OrchestratorStarted'), done, end]), ['nothingOpen']);
    assert.deepEqual(of([...start, event('TimerCreated', { EventId: 0 }), event('TimerFired', { TimerId: 0 }), end]), [
      'nothingOpen',
    ]);
    const [{ message, docs } = { message: '', docs: '' }] = meanings(row({ profile: 'G', historyLength: 3 }), [...start, end]);
    assert.match(
      message,
      /Either it waits for an external event, .* or it awaits something that is not of its context \(Task\.Delay/,
    );
    assert.equal(docs, 'docs/meanings.md#running-and-nothing-is-open');
    // Something is still to come.
    assert.deepEqual(of([...start, scheduled, end]), []);
    assert.deepEqual(of([...start, event('TimerCreated', { EventId: 0 }), end]), []);
    assert.deepEqual(of([...start, event('SubOrchestrationInstanceCreated', { EventId: 0, InstanceId: 'c' }), end]), []);
    assert.deepEqual(of([...start, event('EntityOperationCalled', { RequestId: 'r', TargetInstanceId: '@e@k' }), end]), []);
    // An episode that is not over, a part of a history, what does not run, and what names its events.
    assert.deepEqual(of(start), []);
    assert.deepEqual(of([...start, end], { historyLength: 9 }), []);
    assert.deepEqual(of([...start, end], { runtimeStatus: 'Suspended' }), []);
    assert.deepEqual(of([...start, end], { profile: 'A' }), []);
  });

  it('is what the waits tell: an event that nobody waits for, code that has ended, events that continueAsNew has dropped', () => {
    const events = [
      event('ExecutionStarted', { Name: 'O', Note: 'events dropped by continueAsNew: first, second' }),
      event('EventRaised', { Name: 'early' }),
      event('TimerCreated', { EventId: 0 }),
      event('TimerCreated', { EventId: 1 }),
      event('TimerFired', { TimerId: 1 }),
    ];
    const found = meanings(row({ waits: { unawaited: ['early'], codeEnded: true } }), events);
    assert.deepEqual(
      found.map(({ id, event: at }) => [id, at]),
      [
        ['eventsDropped', 0],
        ['openTimers', 2],
        ['unawaitedEvent', 1],
      ],
    );
    assert.match(found[0]?.message ?? '', /had not waited for: first, second\./);
    assert.match(found[1]?.message ?? '', /timer\.cancel\(\)/);
    // One that differs in case only has a meaning of its own.
    assert.deepEqual(idsOf({ awaitedEvents: ['Early'], waits: { unawaited: ['early'] } }, events.slice(1, 2)), ['eventCase']);
  });

  it('is that results come too late, once a name', () => {
    const calls = ['Slow', 'Slow', 'Other', 'Done'].map((Name, EventId) => event('TaskScheduled', { Name, EventId }));
    const events = [...calls, event('TaskCompleted', { TaskScheduledId: 3 }), event('ExecutionCompleted')];
    const found = meanings(row({ runtimeStatus: 'Completed' }), events);
    assert.deepEqual(
      found.map(({ id, event: at }) => [id, at]),
      [
        ['lateResult', 0],
        ['lateResult', 2],
      ],
    );
    assert.match(found[0]?.message ?? '', /^2 calls of 'Slow'/);
    assert.deepEqual(idsOf({ runtimeStatus: 'Running' }, events), []);
  });

  it('goldens x-http-types, x-http-headers, x-http-misused, x-http-typed, http-bad-url: what helps against each request that was not sent', async () => {
    const names = ['x-http-types', 'x-http-headers', 'x-http-misused', 'x-http-typed'];
    const recordings = [
      ...(await readRecordings(path.join(projectRoot, 'test/goldens/crossed/recordings'))).filter(({ name }) =>
        names.includes(name),
      ),
      ...(await readRecordings(path.join(projectRoot, 'test/goldens/recordings'))).filter(({ name }) => name === 'http-bad-url'),
    ];
    assert.equal(recordings.length, 5);
    const told = new Set<string>();
    for (const { name, rows } of recordings) {
      const events = (rows[name]?.History ?? []) as unknown as HistoryEvent[];
      const failures = events.filter(({ EventType }) => EventType === 'TaskFailed');
      const found = meanings(row(), events).filter(({ id }) => id === 'httpRefused');
      assert.equal(found.length, failures.length, name);
      for (const { message, event: at } of found) {
        assert.equal(events[at ?? -1]?.EventType, 'TaskFailed');
        told.add(message);
      }
    }
    const all = [...told].join('\n');
    for (const words of [
      /leave the charset of 'application\/json; charset=utf-16' out/,
      /as type\/subtype and nothing else, which ' text\/plain' is not/,
      /'Content-Length' is a header of contents/,
      /'bad name' cannot be the name of a header/,
      /header without a name/,
      /take line breaks out/,
      /Encode what is not ASCII/,
      /multipart content in an activity/,
      /'nonsense' is none that its header can have/,
      /needs a whole address/,
    ])
      assert.match(all, words);
    const failed = (Reason: string): HistoryEvent[] => [
      event('TaskScheduled', { EventId: 0, Name: 'BuiltIn::HttpActivity' }),
      event('TaskFailed', { TaskScheduledId: 0, Reason, Details: '' }),
    ];
    assert.match(meanings(row(), failed("The 'ftp' scheme is not supported."))[0]?.message ?? '', /not to ftp:\/\//);
    assert.match(
      meanings(row(), failed('Status code ServiceUnavailable received, retry requested.'))[0]?.message ?? '',
      /Nobody retries it/,
    );
    assert.deepEqual(idsOf({}, failed('Connection refused (127.0.0.1:1)')), []);
    // An activity of the app that says the same.
    assert.deepEqual(
      idsOf({}, [event('TaskScheduled', { EventId: 0, Name: 'Own' }), ...failed('The request failed').slice(1)]),
      [],
    );
  });

  it('goldens g-http-wrong-kinds, g-http-wrong-kinds-more, timer-invalid: what the engine cannot read, in the names of the code', async () => {
    const grid = await readRecordings(path.join(projectRoot, 'test/goldens/grid/recordings'));
    const told = new Set<string>();
    for (const { rows } of grid.filter(({ name }) => name.startsWith('g-http-wrong-kinds'))) {
      for (const { Instances, History } of Object.values(rows)) {
        const output = Instances[0]?.['Output'] as string | undefined;
        // A failed request, or one that was made.
        if (output === undefined || History.some(({ EventType }) => EventType === 'TaskScheduled')) continue;
        const [found] = meanings(row({ runtimeStatus: 'Failed', output }), []);
        assert.equal(found?.id, 'unreadable', output);
        told.add(found.message.split('. ', 1)[0] ?? '');
      }
    }
    assert.deepEqual([...told].sort(), [
      'callHttp was given a request whose enablePolling is neither true nor false',
      'callHttp was given a request whose headers are no object of texts',
      'callHttp was given a request whose method is empty',
      'callHttp was given a request whose method is no text',
      'callHttp was given a request whose method, or a value of its headers, is an object',
      'callHttp was given a request whose tokenSource is no ManagedIdentityTokenSource',
      'callHttp was given a request whose tokenSource is no object',
      'callHttp was given a request whose url is no text',
      'callHttp was given a request with a list of values for a header that are not all texts',
    ]);
    const timer =
      "Orchestrator function 'T' failed: Error converting value {null} to type 'System.DateTime'. Path 'actions[0][0].compoundActions[0].fireAt'.";
    assert.match(
      meanings(row({ runtimeStatus: 'Failed', output: timer }), [])[0]?.message ?? '',
      /^createTimer was given a time that is none/,
    );
    assert.deepEqual(idsOf({ runtimeStatus: 'Failed', output: 'a text about the path' }, []), []);
  });

  it('golden lock-throws: locks that a failed or terminated instance keeps, had or only asked for', () => {
    const request = (id: string) => JSON.stringify({ op: null, id, parent: 'one', lockset: [{ name: 'box', key: 'k' }] });
    const asked = event('EventSent', { EventId: 0, InstanceId: '@box@k', Name: 'op', Input: request('s1') });
    const granted = event('EventRaised', { Name: 's1', Input: '{}' });
    const [kept] = meanings(row({ runtimeStatus: 'Failed' }), [event('ExecutionStarted'), asked, granted]);
    assert.deepEqual([kept?.id, kept?.event], ['locksKept', 1]);
    assert.match(
      kept?.message ?? '',
      /failed within a critical section, and nobody gives back its locks: @box@k takes no message/,
    );
    const [waiting] = meanings(row({ runtimeStatus: 'Terminated' }), [asked]);
    assert.match(waiting?.message ?? '', /was terminated while it waited for locks\. They are given to it all the same/);
    const release = JSON.stringify({ parent: 'one', id: 's1' });
    const released = event('EventSent', { EventId: 1, InstanceId: '@box@k', Name: 'release', Input: release });
    assert.deepEqual(idsOf({ runtimeStatus: 'Failed' }, [asked, granted, released]), []);
    assert.deepEqual(idsOf({ runtimeStatus: 'Running' }, [asked, granted]), []);
  });

  it('locks that the end of a failed instance of a Durable Task SDK gave back', () => {
    const events = [
      event('EntityLockRequested', { EventId: 1, CriticalSectionId: 's', LockSet: ['@box@a', '@box@b'] }),
      event('EntityLockGranted', { CriticalSectionId: 's' }),
      event('EntityUnlockSent', { EventId: 2, CriticalSectionId: 's', TargetInstanceId: '@box@a' }),
      event('EntityUnlockSent', { EventId: 3, CriticalSectionId: 's', TargetInstanceId: '@box@b' }),
      event('ExecutionCompleted', { EventId: 4, OrchestrationStatus: 'Failed' }),
    ];
    const [found] = meanings(row({ runtimeStatus: 'Failed', profile: 'G' }), events);
    assert.deepEqual([found?.id, found?.event], ['locksGivenBack', 2]);
    assert.match(found?.message ?? '', /given back with its end: @box@a, @box@b\./);
    assert.deepEqual(idsOf({ runtimeStatus: 'Completed', profile: 'G' }, events), []);
  });

  it('has a heading that its paragraph has, with the address that viewers make of it', async () => {
    const text = await readFile(path.join(projectRoot, 'docs', 'meanings.md'), 'utf8');
    const headings = [...text.matchAll(/^## (.*)$/gm)].map(([, heading = '']) => heading);
    const told = meanings(row({ waits: { unawaited: ['x'], codeEnded: true } }), [
      event('ExecutionStarted', { Note: 'events dropped by continueAsNew: a' }),
      event('EventRaised', { Name: 'go', Note: 'carried over, received before' }),
    ]);
    assert.equal(told.length, 4);
    for (const { title, docs } of told) {
      assert.ok(headings.includes(title), title);
      const anchor = title
        .toLowerCase()
        .replaceAll(/[^a-z0-9 -]/g, '')
        .replaceAll(' ', '-');
      assert.equal(docs, `docs/meanings.md#${anchor}`);
    }
  });

  it('golden event-case: a name that differs in case only, and what was meant; the gRPC SDKs ignore case', () => {
    const events = [event('EventRaised', { Name: 'GO' })];
    assert.match(meanings(row({ awaitedEvents: ['go'] }), events)[0]?.message ?? '', /Did you mean 'go'\?/);
    assert.deepEqual(idsOf({ awaitedEvents: ['go'], profile: 'G' }, events), []);
  });

  it('golden terminate-parent: a terminated child that the code could not catch', () => {
    const events = [
      event('SubOrchestrationInstanceCreated', { EventId: 0, InstanceId: 'child' }),
      event('OrchestratorStarted'),
      event('SubOrchestrationInstanceFailed', { TaskScheduledId: 0, Reason: 'because', Details: null }),
    ];
    const [found] = meanings(row({ runtimeStatus: 'Failed', output: nonDeterministic }), events);
    assert.deepEqual([found?.id, found?.event], ['terminatedChild', 2]);
    assert.match(found?.message ?? '', /The child 'child' was terminated/);
  });

  it('golden child-terminated-isolated: the same in C#, whose package throws otherwise', async () => {
    const recordings = await readRecordings(path.join(projectRoot, 'test/goldens/isolated/recordings'));
    const found = recordings.find(({ name }) => name === 'child-terminated-isolated');
    const rows = found?.rows['child-terminated-isolated'];
    const output = rows?.Instances[0]?.['Output'] as string;
    const events = (rows?.History ?? []).map((each) => ({ ...each, FailureDetails: null }) as unknown as HistoryEvent);
    const [meaning, ...others] = meanings(row({ profile: 'G', runtimeStatus: 'Failed', output }), events);
    assert.deepEqual([meaning?.id, others], ['terminatedChild', []]);
    assert.match(meaning?.message ?? '', /The child 'child-terminated-isolated-child' was terminated\. The \.NET package/);
    assert.deepEqual(meanings(row({ profile: 'G', runtimeStatus: 'Failed', output: 'System.Exception: no' }), events), []);
  });

  it('what the engine cannot read in a later step: the same, beside its sentence of non-determinism', () => {
    const failureStack = "Error converting value {null} to type 'System.DateTime'. Path 'actions[0][1].fireAt'.";
    const [found] = meanings(row({ runtimeStatus: 'Failed', output: nonDeterministic, failureStack }), []);
    assert.equal(found?.id, 'unreadable');
    assert.match(
      found.message,
      /^createTimer was given a time that is none.*engine's sentence for a step without its actions\.$/,
    );
  });

  it('a failure without a state: what was thrown, and the line', () => {
    const failureStack = 'TypeError: x is undefined\n    at run (/app/src/main.js:12:5)\n    at next (<anonymous>)';
    const [found] = meanings(row({ runtimeStatus: 'Failed', output: nonDeterministic, failureStack }), []);
    assert.equal(found?.id, 'noState');
    assert.match(found.message, /TypeError: x is undefined at \/app\/src\/main\.js:12/);
    const unstated =
      "Orchestrator function 'A' failed: One or more errors occurred. (Result: Failure\nException: just text\nStack: undefined)";
    assert.match(
      meanings(row({ runtimeStatus: 'Failed', output: unstated }), [])[0]?.message ?? '',
      /What was thrown: just text/,
    );
  });

  it('golden fewer: non-determinism is the sentence of the engine, and a replay shows more', () => {
    assert.match(
      meanings(row({ runtimeStatus: 'Failed', output: nonDeterministic }), [])[0]?.message ?? '',
      /durascope replay --instance one/,
    );
  });

  it('goldens: the recorded suspension, rewind and non-determinism say what they are, and no other recording says it of itself', async () => {
    const expected: Record<string, string[]> = {
      'suspend-race-return': ['suspendedEnded'],
      rewind: ['rewoundRetry'],
      fewer: ['nonDeterministic'],
    };
    const recordings = await readRecordings(path.join(projectRoot, 'test', 'goldens', 'recordings'));
    for (const { name, status, rows } of recordings) {
      const { runtimeStatus, output } = status.body as { runtimeStatus: MeaningRow['runtimeStatus']; output: unknown };
      const history = (Object.hasOwn(rows, name) ? (rows[name] as InstanceTables).History : []).filter(
        ({ RowKey }) => RowKey !== 'sentinel',
      ) as unknown as HistoryEvent[];
      const found = idsOf({ instanceId: name, runtimeStatus, output: typeof output === 'string' ? output : null }, history);
      if (name in expected) assert.deepEqual(found, expected[name], name);
      else
        assert.equal(
          found.some((id) => Object.values(expected).flat().includes(id)),
          false,
          `${name}: ${found.join()}`,
        );
    }
  });

  it('links to a heading of docs/meanings.md', async () => {
    const page = await readFile(path.join(projectRoot, 'docs', 'meanings.md'), 'utf8');
    const headings = [...page.matchAll(/^## (.*)$/gm)].map((match) =>
      (match[1] ?? '')
        .toLowerCase()
        .replace(/[^\w\s-]/g, '')
        .replaceAll(' ', '-'),
    );
    const ids = Object.keys(meaningTitles) as MeaningId[];
    const linked = ids.map((id) => withTitle({ id, message: '', event: null }).docs.replace('docs/meanings.md#', ''));
    assert.deepEqual(linked.sort(), headings.sort());
  });
});

describe('a rewind that cannot be expected to work', () => {
  const failed = [
    event('OrchestratorStarted'),
    event('TaskScheduled', { EventId: 0, Name: 'Fail' }),
    event('OrchestratorStarted'),
  ];
  const failure = event('TaskFailed', { TaskScheduledId: 0, Reason: 'boom' });

  it('golden rewind: after a retry, or where the code went on after a failure', () => {
    assert.match(
      rewindDoubt([...failed, failure, event('TimerCreated', { EventId: 1 })], undefined) ?? '',
      /retry policy.*Restart/,
    );
    const wentOn = [...failed, failure, event('TaskScheduled', { EventId: 1, Name: 'Echo' })];
    assert.match(rewindDoubt(wentOn, undefined) ?? '', /went on after a call had failed.*Restart/);
    assert.equal(rewindDoubt(wentOn, 'G'), null);
  });

  it('is none where nothing follows the failure but what failed as well', () => {
    assert.equal(rewindDoubt([...failed, failure, event('ExecutionCompleted', { EventId: 1 })], undefined), null);
    const again = [
      event('TaskScheduled', { EventId: 1, Name: 'Fail' }),
      event('TaskFailed', { TaskScheduledId: 1, Reason: 'boom' }),
    ];
    assert.equal(rewindDoubt([...failed, failure, ...again], undefined), null);
  });
});
