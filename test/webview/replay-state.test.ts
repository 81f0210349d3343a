import assert from 'node:assert/strict';
import { InstancePanelSession } from '../../src/protocol/instance-panel-session';
import type { ToInstancePanel } from '../../src/protocol/instance-panel';
import type { HistoryEvent } from '../../src/core/history/history';
import type { ReplayOverview } from '../../src/protocol/replay-values';
import { rowsOfLine, rowToChange, stepOfRow, stepText } from '../../src/webview/models/replay';
import { ReplayStore } from '../../src/webview/state/replay-state';
import { FakeReplay } from './gallery/fake-replay';
import { FakeTransport } from './fake-transport';
import { helloCities } from './histories';

const atOnce = (callback: () => void): void => callback();
const overview: ReplayOverview = {
  functionName: 'HelloCities',
  executionId: 'e1',
  rows: 8,
  files: ['/app/a.js'],
  notes: [],
  divergence: null,
  steps: [
    { from: 0, to: 2, kind: 'started', file: 0, line1: 3, tasks: [0] },
    { from: 2, to: 6, kind: 'resumed', file: 0, line1: 4, tasks: [1] },
    { from: 6, to: 6, kind: 'resumed', file: 0, line1: 5, tasks: [] },
    { from: 6, to: 8, kind: 'completed', file: null, line1: null, tasks: [] },
  ],
};
const moment = (step: number) => ({
  step,
  currentUtcDateTime: '2024-01-01T00:00:00.0000000Z',
  isReplaying: false,
  customStatus: null,
  output: null,
  failure: null,
  frames: [],
  snippet: null,
  scopes: [],
  pending: [],
  logs: [],
  earlierLogs: [],
});

describe('the replay as a panel knows it', () => {
  let transport: FakeTransport;
  let store: ReplayStore;
  const asked = () => transport.of('showMoment').map(({ step }) => step);
  const answer = (): void => {
    const last = transport.of('showMoment').at(-1);
    if (last !== undefined) store.receive({ type: 'replayMoment', requestId: last.requestId, moment: moment(last.step) });
  };
  beforeEach(() => {
    transport = new FakeTransport();
    store = new ReplayStore(transport, atOnce);
    store.open();
    store.receive({ type: 'replayOpened', requestId: transport.of('openReplay')[0]?.requestId ?? -1, overview });
  });

  it('begins at the end, and asks for that moment', () => {
    assert.equal(store.state.get().step, 3);
    assert.deepEqual(asked(), [3]);
  });

  it('asks for one moment at a time, and then for the one wanted by then', () => {
    answer();
    for (const step of [2, 1, 0, 1]) store.show(step, false);
    assert.deepEqual(asked(), [3, 2]);
    answer();
    assert.deepEqual(asked(), [3, 2, 1]);
    answer();
    assert.equal(store.state.get().moment?.step, 1);
    assert.deepEqual(asked(), [3, 2, 1]);
  });

  it('drops answers to what it no longer asks, and keeps within the steps', () => {
    answer();
    store.receive({ type: 'replayMoment', requestId: 999, moment: moment(0) });
    assert.equal(store.state.get().moment?.step, 3);
    store.show(-5);
    assert.equal(store.state.get().step, 0);
    store.show(50);
    assert.equal(store.state.get().step, 3);
  });

  it('follows an instance that goes on while it stands at its end, and stays where it is otherwise', () => {
    answer();
    const grow = (): void => {
      store.open();
      const requestId = transport.of('openReplay').at(-1)?.requestId ?? -1;
      const more = { ...overview, rows: 9, steps: [...overview.steps, overview.steps[3] ?? never()] };
      store.receive({ type: 'replayOpened', requestId, overview: more });
    };
    grow();
    assert.equal(store.state.get().step, 4);
    store.show(1);
    grow();
    assert.equal(store.state.get().step, 1);
  });

  it('says why there is no replay, and goes where a debugger stands', () => {
    answer();
    store.receive({ type: 'replayAt', step: 2 });
    assert.equal(store.state.get().step, 2);
    store.open();
    const requestId = transport.of('openReplay').at(-1)?.requestId ?? -1;
    store.receive({ type: 'replayRefused', requestId, message: 'The app does not load.' });
    assert.deepEqual([store.state.get().overview, store.state.get().problem], [null, 'The app does not load.']);
  });

  it('knows the row of a step at which something can be changed', () => {
    const events = ['OrchestratorStarted', 'TaskCompleted', 'OrchestratorCompleted'].map((EventType) => ({ EventType }));
    const step = { kind: 'resumed' as const, file: null, line1: null, tasks: [] };
    const rowOf = (from: number, to: number): number => rowToChange({ ...step, from, to }, events as HistoryEvent[]);
    assert.deepEqual([rowOf(0, 3), rowOf(2, 3), rowOf(0, 1)], [2, 3, 1]);
  });

  it('knows the step of each row, the words for a step, and the rows of a line', () => {
    assert.deepEqual(
      [0, 1, 2, 5, 6, 7, 99].map((row) => stepOfRow(overview, row)),
      [0, 0, 1, 1, 3, 3, 3],
    );
    assert.equal(stepText(overview, 1), 'Step 2 of 4, waits on line 4');
    assert.equal(stepText(overview, 3), 'Step 4 of 4, completed');
    assert.deepEqual([...rowsOfLine(overview, helloCities, { file: '/app/a.js', line1: 4 })], [6, 9]);
    assert.deepEqual([...rowsOfLine(overview, helloCities, { file: '/app/b.js', line1: 4 })], []);
  });
});

describe('the host of a panel with a replay', () => {
  const posted: ToInstancePanel[] = [];
  const host = {} as never;
  const clock = { now: () => 0, after: () => undefined };
  const session = (replay?: FakeReplay) => {
    posted.length = 0;
    return new InstancePanelSession({
      instanceId: 'x',
      post: (message) => posted.push(message),
      host,
      clock,
      ...(replay === undefined ? {} : { replay }),
    });
  };

  it('answers what is asked of the replay, and passes on what the editor says', async () => {
    const replay = new FakeReplay(helloCities);
    const panel = session(replay);
    await panel.receive({ type: 'openReplay', requestId: 1 });
    await panel.receive({ type: 'showMoment', requestId: 2, step: 1, reveal: true });
    await panel.receive({ type: 'openVariable', requestId: 3, reference: 'outputs 1', start: 0, count: 10 });
    replay.at(2);
    replay.line({ file: '/a.js', line1: 3 });
    await panel.receive({ type: 'hideReplay' });
    assert.deepEqual(
      posted.map(({ type }) => type),
      ['replayOpened', 'replayMoment', 'replayVariables', 'replayAt', 'replayLine'],
    );
    panel.dispose();
    assert.deepEqual(replay.calls.slice(-2), ['hide', 'close']);
  });

  it('says why not', async () => {
    await session(new FakeReplay(helloCities, { refuses: 'No such orchestrator.' })).receive({
      type: 'openReplay',
      requestId: 7,
    });
    assert.deepEqual(posted, [{ type: 'replayRefused', requestId: 7, message: 'No such orchestrator.' }]);
    await session().receive({ type: 'openReplay', requestId: 8 });
    assert.match(JSON.stringify(posted), /Open the panel in the editor/);
  });
});

function never(): never {
  throw new Error('not there');
}
