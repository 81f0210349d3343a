import assert from 'node:assert/strict';
import type { ReplayProvider } from '../../src/debug/replay-provider';
import type { ReplayTimeline } from '../../src/replay/replay-timeline';
import { ReplayClient } from '../support/debug-client';
import { row, ScriptedTimeline } from '../support/scripted-timeline';

const file = '/app/order.js';
const source = [
  "const df = require('durable-functions');", // 1
  'function* ship(context) {', // 2
  "  yield context.df.callActivity('Pack');", // 3
  '}', // 4
  "df.app.orchestration('Order', function* (context) {", // 5
  '  const total = 1;', // 6
  "  const paid = yield context.df.callActivity('Charge');", // 7
  '  for (let i = 0; i < 3; i++)', // 8
  "    yield context.df.callActivity('Item', i);", // 9
  '  yield* ship(context);', // 10
  "  const note = yield context.df.waitForExternalEvent('Go');", // 11
  "  if (!note) yield context.df.callActivity('Never');", // 12
  '});', // 13
].join('\n');

function order(): ScriptedTimeline {
  const log = (message: string) =>
    [{ level: 'information', category: 'user', message, place: { file, line: 7, column: 3 } }] as const;
  return new ScriptedTimeline({
    instanceId: 'order-7',
    functionName: 'Order',
    file,
    history: [
      row.turn(),
      row.started('Order'),
      row.scheduled(0, 'Charge'),
      row.failed(0, 'No funds'),
      row.scheduled(1, 'Item'),
      row.completed(1, { sku: 'a' }),
      row.scheduled(2, 'Item'),
      row.completed(2, { sku: 'b' }),
      row.scheduled(3, 'Item'),
      row.completed(3, { sku: 'c' }),
      row.scheduled(4, 'Pack'),
      row.completed(4, null),
      row.turn(),
      row.raised('Go', { approved: true }),
    ],
    notes: ['The inputs of two activities are not in the history.'],
    steps: [
      {
        lines: [7],
        locals: { total: 1, items: Array.from({ length: 250 }, (_, index) => index) },
        logs: log('charging'),
        pending: [{ id: 0, kind: 'activity', name: 'Charge', attempt: 2, sinceRow: 2, instanceId: null }],
      },
      { lines: [9], locals: { i: 0 }, logs: log('item 0') },
      { lines: [9], locals: { i: 1 }, customStatus: '{"progress":40}' },
      { lines: [9], locals: { i: 2 }, customStatus: '{"progress":40}' },
      { lines: [3, 10], locals: {}, customStatus: '{"progress":80}' },
      { lines: [11], locals: { total: 3 }, customStatus: '{"progress":80}', logs: log('waiting') },
      { lines: [], kind: 'completed', output: '{"ok":true}', customStatus: '{"progress":80}' },
    ],
  });
}

function orderIn(other: string): ScriptedTimeline {
  const history = [row.turn(), row.started('Order')];
  return new ScriptedTimeline({ instanceId: 'order-7', functionName: 'Order', file: other, history, steps: [{ lines: [3] }] });
}

function providerOf(timeline: () => ReplayTimeline, others: readonly ReplayTimeline[] = []): ReplayProvider {
  return {
    open: () => Promise.resolve(timeline()),
    related: (_from, instanceId) => Promise.resolve(others.find((each) => each.instanceId === instanceId) ?? null),
    readSource: (path) => Promise.resolve(path === file ? source : undefined),
  };
}

describe('the debug adapter over replays', () => {
  let client: ReplayClient;
  let timeline: ScriptedTimeline;
  const connect = async (provider = providerOf(() => (timeline = order()))): Promise<void> => {
    client = await ReplayClient.connect(provider);
  };
  afterEach(() => client.close());

  it('stops at the first yield and says what it can', async () => {
    await connect();
    const { body = {} } = await client.initializeRequest();
    assert.equal(body.supportsStepBack, true);
    assert.ok(body.exceptionBreakpointFilters?.some(({ filter }) => filter === 'failed'));
    await client.close();
    await connect();
    const stop = await client.begin();
    assert.deepEqual([stop.reason, stop.description], ['entry', 'Step 1 of 7']);
    const frames = await client.frames();
    assert.deepEqual(
      frames.map(({ name, line, source: at }) => [name, line, at?.path]),
      [['Order', 7, file]],
    );
    const { threads } = (await client.threadsRequest()).body;
    assert.deepEqual(threads, [{ id: 1, name: 'Order order-7' }]);
    assert.ok(client.outputs.some(({ output }) => output.includes('The inputs of two activities')));
  });

  it('steps on to the end and back to the start over the same places, and stays at either end', async () => {
    await connect();
    await client.begin();
    const there = [await client.line()];
    for (let step = 1; step < 7; step++) there.push((await client.move('next'), await client.line()));
    assert.deepEqual(there, [7, 9, 9, 9, 3, 11, 11]);
    assert.equal((await client.frames())[0]?.name, 'Order (completed)');
    assert.equal((await client.move('next')).description, 'Step 7 of 7');
    const back: (number | undefined)[] = [await client.line()];
    for (let step = 1; step < 7; step++) back.unshift((await client.move('stepBack'), await client.line()));
    assert.deepEqual(back, there);
    assert.equal((await client.move('stepBack')).description, 'Step 1 of 7');
  });

  it('shows the variables of the moment, what the context knows and what is scheduled', async () => {
    await connect();
    await client.begin();
    assert.equal((await client.scope('Local'))['total'], '1');
    const context = await client.scope('Durable context');
    assert.equal(context['currentUtcDateTime'], '2024-01-01T00:00:00.0000000Z');
    assert.equal(context['input'], '{"order":7}');
    assert.equal(context['isReplaying'], 'false');
    assert.deepEqual(await client.scope('Scheduled'), { 'activity Charge #0': 'since row 3, attempt 2' });
    await client.move('next');
    await client.move('next');
    assert.equal((await client.scope('Durable context'))['customStatus'], '{"progress":40}');
    assert.deepEqual(await client.scope('Local'), { i: '1' });
  });

  it('pages through long arrays and opens JSON payloads', async () => {
    await connect();
    await client.begin();
    const [frame] = await client.frames();
    const { scopes } = (await client.scopesRequest({ frameId: frame?.id ?? 0 })).body;
    const open = async (reference: number, more = {}) =>
      (await client.variablesRequest({ variablesReference: reference, ...more })).body.variables;
    const items = (await open(scopes[0]?.variablesReference ?? 0)).find(({ name }) => name === 'items');
    assert.equal(items?.indexedVariables, 250);
    const page = await open(items.variablesReference, { filter: 'indexed', start: 100, count: 100 });
    assert.deepEqual([page.length, page[0]?.name, page[99]?.value], [100, '100', '199']);
    const input = (await open(scopes[1]?.variablesReference ?? 0)).find(({ name }) => name === 'input');
    assert.deepEqual(
      (await open(input?.variablesReference ?? 0)).map(({ name, value }) => [name, value]),
      [['order', '7']],
    );
  });

  it('evaluates in the frame of the moment and says why it cannot', async () => {
    await connect();
    await client.begin();
    assert.equal(await client.evaluate('total'), '1');
    await assert.rejects(client.evaluate('nothing', 'hover'), /nothing is not defined/);
    const [before] = await client.frames();
    await client.move('next');
    // A view that asks late is told, and the user is not.
    await assert.rejects(client.evaluateRequest({ expression: 'i', frameId: before?.id ?? 0 }), /moved on/);
    assert.equal(client.refusals.at(-1)?.showUser, false);
  });

  it('runs to breakpoints on lines, forward and in reverse, and to the ends', async () => {
    await connect();
    await client.begin({}, () => client.setLines(file, 9, 11));
    const stops: unknown[] = [];
    for (let count = 0; count < 5; count++) {
      const { reason, description } = await client.move('continue');
      stops.push([reason, description]);
    }
    assert.deepEqual(stops, [
      ['breakpoint', 'Step 2 of 7'],
      ['breakpoint', 'Step 3 of 7'],
      ['breakpoint', 'Step 4 of 7'],
      ['breakpoint', 'Step 6 of 7'],
      ['step', 'Step 7 of 7'],
    ]);
    assert.equal((await client.move('reverseContinue')).description, 'Step 6 of 7');
    assert.equal((await client.move('reverseContinue')).description, 'Step 4 of 7');
    await client.setLines(file);
    assert.equal((await client.move('reverseContinue')).description, 'Step 1 of 7');
  });

  it('moves breakpoints to the next yield, and marks those where this history never waits', async () => {
    await connect();
    await client.begin({}, async () => {
      const set = await client.setLines(file, 5, 8, 12, 13);
      assert.deepEqual(
        set.map(({ line, verified }) => [line, verified]),
        [
          [7, true],
          [9, true],
          [12, false],
          [12, false],
        ],
      );
      assert.match(set[2]?.message ?? '', /never waits on this line/);
      const [nowhere] = await client.setLines('/app/other.js', 3);
      assert.match(nowhere?.message ?? '', /no yield in this file/);
      const [elsewhere] = await client.setLines('/app/Other.cs', 3);
      assert.match(elsewhere?.message ?? '', /no await in this file/);
    });
  });

  it('verifies breakpoints that came before the launch', async () => {
    await connect(providerOf(() => orderIn('/app/unread.js')));
    await client.initializeRequest();
    const [early] = await client.setLines('/app/unread.js', 3);
    assert.equal(early?.verified, false);
    const changed = client.waitForEvent('breakpoint');
    const initialized = client.waitForEvent('initialized').then(() => client.configurationDoneRequest());
    await Promise.all([client.launchRequest({}), initialized]);
    const { breakpoint } = (await changed).body as { breakpoint: { id: number; verified: boolean } };
    assert.deepEqual([breakpoint.id, breakpoint.verified], [early.id, true]);
  });

  it('stops on conditions, hit counts and both directions alike, and writes log points', async () => {
    await connect();
    await client.begin({}, () => client.setLines(file, { line: 9, condition: 'i >= 2' }));
    assert.equal((await client.move('continue')).description, 'Step 4 of 7');
    await client.setLines(file, { line: 9, hitCondition: '2' });
    assert.equal((await client.move('reverseContinue')).description, 'Step 3 of 7');
    assert.equal((await client.move('reverseContinue')).description, 'Step 1 of 7');
    await client.setLines(file, { line: 9, logMessage: 'at {i} of {nothing}' });
    await client.setExceptionBreakpointsRequest({ filters: [] });
    assert.equal((await client.move('continue')).description, 'Step 7 of 7');
    const written = client.outputs.filter(({ output }) => output.startsWith('at '));
    assert.deepEqual(
      written.map(({ output, line }) => [output.split('{')[0], line]),
      [
        ['at 0 of ', 9],
        ['at 1 of ', 9],
        ['at 2 of ', 9],
      ],
    );
    const [wrong] = await client.setLines(file, { line: 9, hitCondition: 'often' });
    assert.deepEqual([wrong?.verified, wrong?.message], [false, "'often' is no hit count: write 3, >= 3 or % 3."]);
  });

  it('a condition that cannot be evaluated does not stop, and is told once', async () => {
    await connect();
    await client.begin({}, () => client.setLines(file, { line: 9, condition: 'missing' }));
    assert.equal((await client.move('continue')).description, 'Step 7 of 7');
    assert.equal(client.outputs.filter(({ output }) => output.includes('missing is not defined')).length, 1);
  });

  it('stops on what the history says: failures, events, custom status, with conditions', async () => {
    await connect();
    const filter = (filterId: string, condition?: string) =>
      client.setExceptionBreakpointsRequest({
        filters: [],
        filterOptions: [{ filterId, ...(condition === undefined ? {} : { condition }) }],
      });
    await client.begin({}, () => filter('failed'));
    const failure = await client.move('continue');
    assert.deepEqual(
      [failure.reason, failure.description, failure.text],
      ['exception', 'Step 2 of 7', 'Activity Charge failed: No funds'],
    );
    const info = (await client.exceptionInfoRequest({ threadId: 1 })).body;
    assert.equal(info.description, 'Activity Charge failed: No funds');
    await filter('failed', 'attempt >= 2');
    await client.move('stepBack');
    assert.equal((await client.move('continue')).description, 'Step 7 of 7');
    await filter('customStatus', 'value.progress > 50');
    assert.equal((await client.move('reverseContinue')).description, 'Step 5 of 7');
    await filter('eventRaised', 'Go');
    const raised = await client.move('continue');
    assert.deepEqual([raised.reason, raised.text], ['breakpoint', 'Event Go raised']);
    const refused = await filter('failed', '>= 3');
    assert.equal((refused.body as { breakpoints: { verified: boolean }[] }).breakpoints[0]?.verified, false);
  });

  it('takes names of functions, events and row types as function breakpoints', async () => {
    await connect();
    await client.begin({}, async () => {
      const { breakpoints } = (
        await client.setFunctionBreakpointsRequest({
          breakpoints: [{ name: 'item', hitCondition: '>= 5' }, { name: 'EventRaised' }, { name: 'Refund' }],
        })
      ).body;
      assert.deepEqual(
        breakpoints.map(({ verified }) => verified),
        [true, true, false],
      );
    });
    const first = await client.move('continue');
    assert.deepEqual([first.reason, first.description], ['function breakpoint', 'Step 5 of 7']);
    assert.equal((await client.move('continue')).description, 'Step 7 of 7');
  });

  it('steps out of a helper generator, whose callers are in the call stack', async () => {
    await connect();
    await client.begin({}, () => client.setLines(file, 3));
    await client.move('continue');
    const frames = await client.frames();
    assert.deepEqual(
      frames.map(({ name, line }) => [name, line]),
      [
        ['helper2', 3],
        ['Order', 10],
      ],
    );
    await client.move('stepOut');
    assert.equal(await client.line(), 11);
  });

  it('writes what a step logged with its line of the code, and folds what was logged before', async () => {
    await connect();
    await client.begin();
    await client.move('next');
    await client.move('stepBack');
    const lines = client.outputs.map(({ output, group }) => [output.trim(), group]);
    assert.deepEqual(lines.slice(1), [
      ['charging', undefined],
      ['item 0', undefined],
      ['Logged before, step 1 (1)', 'startCollapsed'],
      ['charging', undefined],
      ['', 'end'],
    ]);
    assert.deepEqual(
      client.outputs.filter(({ output }) => output.trim() === 'charging').map(({ source, line }) => [source?.path, line]),
      [
        [file, 7],
        [file, 7],
      ],
    );
  });

  it('begins at a row, and jumps to rows and to lines', async () => {
    await connect();
    const entry = await client.begin({ row: 7 });
    assert.deepEqual([entry.reason, entry.description], ['entry', 'Step 4 of 7']);
    assert.ok(client.outputs.some(({ output, group }) => group === 'startCollapsed' && output.includes('steps 1 to 3')));
    const moved = client.waitForEvent('stopped');
    const body: unknown = (await client.customRequest('durascope/goTo', { row: 0 })).body;
    assert.deepEqual(body, { instanceId: 'order-7', step: 0, steps: 7, rows: { from: 0, to: 2 } });
    await moved;
    const { targets } = (await client.gotoTargetsRequest({ source: { path: file }, line: 9 })).body;
    assert.deepEqual(
      targets.map(({ label }) => label),
      ['Step 2 of 7', 'Step 3 of 7', 'Step 4 of 7'],
    );
    const jumped = client.waitForEvent('stopped');
    await client.gotoRequest({ threadId: 1, targetId: targets[2]?.id ?? 0 });
    await jumped;
    assert.deepEqual(await client.scope('Local'), { i: '2' });
  });

  it('restarts with the code as it is by then, and gives everything back at the end', async () => {
    await connect();
    await client.begin();
    await client.move('next');
    const first = timeline;
    const stopped = client.waitForEvent('stopped');
    await client.restartRequest({});
    await stopped;
    assert.equal(first.isDisposed, true);
    assert.notEqual(timeline, first);
    assert.equal(await client.line(), 7);
    const terminated = client.waitForEvent('terminated');
    await client.terminateRequest();
    await terminated;
    assert.equal(timeline.isDisposed, true);
    await assert.rejects(client.stackTraceRequest({ threadId: 1 }), /not open/);
  });

  it('after a restart breakpoints are held against the code as it is by then', async () => {
    let lines = [7, 9];
    const history = [row.turn(), row.started('Order'), row.scheduled(0, 'Charge'), row.completed(0, 1)];
    await connect(
      providerOf(
        () =>
          new ScriptedTimeline({
            instanceId: 'x',
            functionName: 'Order',
            file,
            history,
            steps: lines.map((line) => ({ lines: [line] })),
          }),
      ),
    );
    await client.begin();
    const [set] = await client.setLines(file, 11);
    assert.equal(set?.verified, false);
    lines = [7, 11];
    const changed = client.waitForEvent('breakpoint');
    const stopped = client.waitForEvent('stopped');
    await client.restartRequest({});
    assert.equal(((await changed).body as { breakpoint: { verified: boolean } }).breakpoint.verified, true);
    await stopped;
    assert.equal((await client.move('continue')).reason, 'breakpoint');
  });

  it('runs from the start when it is not to stop there', async () => {
    await connect();
    const stop = await client.begin({ stopOnEntry: false }, () => client.setLines(file, 7));
    assert.deepEqual([stop.reason, stop.description], ['breakpoint', 'Step 1 of 7']);
  });

  it('a launch that fails says why', async () => {
    await connect({
      open: () => Promise.reject(new Error("There is no history of 'x'.")),
      related: () => Promise.resolve(null),
      readSource: () => Promise.resolve(undefined),
    });
    await client.initializeRequest();
    await assert.rejects(client.launchRequest({}), /There is no history of 'x'\./);
    assert.equal(client.refusals.at(-1)?.showUser, true);
  });

  it('a divergence stops as an exception with its explanation', async () => {
    await connect(
      providerOf(
        () =>
          new ScriptedTimeline({
            instanceId: 'd',
            functionName: 'Order',
            file,
            history: [row.turn(), row.started('Order'), row.scheduled(0, 'Charge'), row.completed(0, 1)],
            steps: [{ lines: [7] }, { lines: [], kind: 'diverged' }],
            divergence: {
              rowIndex: 2,
              recorded: 'activity Charge #0',
              actual: 'activity Pay #0',
              place: { file, line: 9, column: 5 },
              cause: 'renamedCall',
              message: 'The history has activity Charge #0, the code calls activity Pay #0.',
            },
          }),
      ),
    );
    await client.begin();
    const stop = await client.move('next');
    assert.deepEqual(
      [stop.reason, stop.text],
      ['exception', 'The history has activity Charge #0, the code calls activity Pay #0.'],
    );
    assert.equal(await client.line(), 9);
    assert.equal((await client.exceptionInfoRequest({ threadId: 1 })).body.exceptionId, 'Not deterministic');
    const text = client.outputs.map(({ output }) => output).join('');
    assert.match(text, /recorded \(row 3\): activity Charge #0\n {2}the code now \(order\.js:9\): activity Pay #0\n/);
  });

  describe('with sub-orchestrations', () => {
    const childFile = '/app/child.js';
    const parent = () =>
      new ScriptedTimeline({
        instanceId: 'parent-1',
        functionName: 'Parent',
        file,
        history: [
          row.turn(),
          row.started('Parent'),
          row.child(3, 'Child', 'child-1'),
          row.scheduled(4, 'Other'),
          row.completed(4, 1),
          row.childCompleted(3, 'done'),
        ],
        steps: [
          {
            lines: [7],
            pending: [{ id: 3, kind: 'subOrchestration', name: 'Child', attempt: 1, sinceRow: 2, instanceId: 'child-1' }],
          },
          {
            lines: [9],
            pending: [{ id: 3, kind: 'subOrchestration', name: 'Child', attempt: 1, sinceRow: 2, instanceId: 'child-1' }],
          },
          { lines: [11] },
          { lines: [], kind: 'completed' },
        ],
      });
    const child = () =>
      new ScriptedTimeline({
        instanceId: 'child-1',
        functionName: 'Child',
        file: childFile,
        parentInstanceId: 'parent-1',
        history: [row.turn(), row.started('Child', { instanceId: 'parent-1', task: 3 })],
        steps: [{ lines: [2] }, { lines: [4] }, { lines: [], kind: 'completed' }],
      });

    it('steps into the child and out of it to where the parent takes the result', async () => {
      await connect(providerOf(parent, [child()]));
      await client.begin({}, () => client.setLines(childFile, 4));
      const { targets } = (await client.stepInTargetsRequest({ frameId: 1 })).body;
      assert.deepEqual(targets, [{ id: 0, label: 'Child child-1' }]);
      await client.move('stepIn');
      assert.deepEqual(
        (await client.frames()).map(({ name, line, presentationHint }) => [name, line, presentationHint]),
        [
          ['Child', 2, 'normal'],
          ['called by parent-1', 0, 'label'],
          ['Parent', 7, 'normal'],
        ].map(([name, line, hint]) => [name, line, hint === 'normal' ? undefined : hint]),
      );
      await client.move('stepOut');
      assert.equal(await client.line(), 11);
      await client.move('stepBack');
      await client.move('stepIn');
      assert.equal((await client.move('continue')).reason, 'breakpoint');
      await client.move('next');
      await client.move('next');
      assert.equal(await client.line(), 11);
    });

    it('going back out of the child comes to where the parent scheduled it', async () => {
      await connect(providerOf(parent, [child()]));
      await client.begin();
      await client.move('stepIn');
      await client.move('stepBack');
      assert.equal(await client.line(), 7);
    });

    it('a child whose history is gone is stepped over with a word', async () => {
      await connect(providerOf(parent));
      await client.begin();
      await client.move('stepIn');
      assert.equal(await client.line(), 9);
      assert.ok(client.outputs.some(({ output }) => output.includes("no history of Child 'child-1'")));
    });

    it('a call stack that was asked for before a step, and takes long, is that of after it', async () => {
      let open: () => void = () => undefined;
      const opened = new Promise<void>((resolve) => (open = resolve));
      const provider = providerOf(child, [parent()]);
      await connect({ ...provider, related: (...args) => opened.then(() => provider.related(...args)) });
      await client.begin();
      const asked = client.frames();
      await client.move('next');
      open();
      const [late] = await asked;
      const [now] = await client.frames();
      assert.deepEqual([late?.name, late?.line], [now?.name, now?.line]);
      assert.equal(now?.line, 4);
    });

    it('a child that is replayed shows its parents in the call stack, and steps out into them', async () => {
      await connect(providerOf(child, [parent()]));
      await client.begin();
      assert.deepEqual(
        (await client.frames()).map(({ name, line }) => [name, line]),
        [
          ['Child', 2],
          ['called by parent-1', 0],
          ['Parent', 9],
        ],
      );
      await client.move('stepOut');
      assert.deepEqual([(await client.frames())[0]?.name, await client.line()], ['Parent', 11]);
    });
  });
});
