import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { DeterminismCause } from '../../src/core/history/divergence';
import type { HistoryEvent } from '../../src/core/history/history';
import { lineOf, ReplayFixture, v4Files, type LiveApp, type LiveRun } from './replay-fixture';

const activities = `
for (const name of ['A', 'B', 'C']) df.app.activity(name, { handler: (input) => name + String(input ?? '') });
df.app.orchestration('Child', function* () { return 1; });
`;
const orchestrator = (...lines: string[]) => `${activities}
df.app.orchestration('Main', function* (context) {
${lines.map((line) => `  ${line}`).join('\n')}
});
`;
const call = (name: string) => `yield context.df.callActivity('${name}'); // ${name}`;

interface Case {
  title: string;
  before: string;
  after: string;
  cause: DeterminismCause;
  /** From 0. */
  rowIndex: number;
  recorded: string | null;
  actual: string | null;
  /** Text on the line of the place; null: no place is known. */
  at: string | null;
}

const abc = orchestrator(call('A'), call('B'), call('C'));
const cases: Case[] = [
  {
    title: 'an activity that was renamed',
    before: abc,
    after: abc.replaceAll("'B'", "'B2'"),
    cause: 'renamedCall',
    rowIndex: 6,
    recorded: 'activity B #1',
    actual: 'activity B2 #1',
    at: "'B2'); // B",
  },
  {
    title: 'two calls that changed places',
    before: abc,
    after: orchestrator(call('A'), call('C'), call('B')),
    cause: 'reorderedCalls',
    rowIndex: 6,
    recorded: 'activity B #1',
    actual: 'activity C #1',
    at: '// C',
  },
  {
    title: 'a call that was taken out',
    before: abc,
    after: orchestrator(call('A'), call('C')),
    cause: 'removedCall',
    rowIndex: 6,
    recorded: 'activity B #1',
    actual: 'activity C #1',
    at: '// C',
  },
  {
    title: 'the last call taken out',
    before: abc,
    after: orchestrator(call('A'), call('B')),
    cause: 'removedCall',
    rowIndex: 10,
    recorded: 'activity C #2',
    actual: null,
    at: '// B',
  },
  {
    title: 'a call that was put in',
    before: orchestrator(call('A'), call('B')),
    after: orchestrator(call('A'), call('C'), call('B')),
    cause: 'addedCall',
    rowIndex: 6,
    recorded: 'activity B #1',
    actual: 'activity C #1',
    at: '// C',
  },
  {
    title: 'a call that was put in at the end',
    before: orchestrator(call('A')),
    after: orchestrator(call('A'), call('B')),
    cause: 'addedCall',
    rowIndex: 6,
    recorded: null,
    actual: 'activity B #1',
    at: '// B',
  },
  {
    title: 'calls of one fan-out that changed places',
    before: orchestrator("yield context.df.Task.all(['A', 'B', 'C'].map((name) => context.df.callActivity(name))); // all"),
    after: orchestrator("yield context.df.Task.all(['A', 'C', 'B'].map((name) => context.df.callActivity(name))); // all"),
    cause: 'reorderedCalls',
    rowIndex: 3,
    recorded: 'activity B #1',
    actual: 'activity C #1',
    at: '// all',
  },
  {
    title: 'a call of another kind',
    before: orchestrator(call('A'), "yield context.df.callSubOrchestrator('Child');"),
    after: orchestrator(call('A'), "yield context.df.callActivity('Child'); // Child"),
    cause: 'changedKind',
    rowIndex: 6,
    recorded: 'sub-orchestration Child #1',
    actual: 'activity Child #1',
    at: '// Child',
  },
];

describe('where replay and history part', () => {
  const fixture = new ReplayFixture();
  afterEach(() => fixture.cleanUp());
  const apps = new ReplayFixture();
  after(() => apps.cleanUp());

  interface Recorded {
    live: LiveApp;
    run: LiveRun;
  }
  const record = async (source: string): Promise<Recorded> => {
    const live = await apps.live(source);
    return { live, run: await live.run('Main') };
  };
  const known = new Map<string, Promise<Recorded>>();
  /** One app for each source: what a test edits is read by its replay alone. */
  const recorded = async (source: string): Promise<Recorded> => {
    const found = known.get(source) ?? record(source);
    known.set(source, found);
    await edit((await found).live, source);
    return found;
  };
  const edit = (live: LiveApp, source: string) => writeFile(path.join(live.dir, 'index.js'), v4Files(source)['index.js'] ?? '');

  for (const { title, before, after, at, ...expected } of cases) {
    it(`is explained for ${title}`, async () => {
      const { live, run } = await recorded(before);
      await edit(live, after);
      const { divergence, steps } = await fixture.open(live.dir, run);
      assert.ok(divergence);
      const { message, place, ...found } = divergence;
      assert.deepEqual(found, expected);
      assert.equal(place?.line, at === null ? undefined : lineOf(after, at));
      assert.equal(place?.file, path.join(live.dir, 'index.js'));
      assert.match(message, /^The code no longer replays this history: /);
      const edited = /^(renamed|reordered|added|removed)Calls?$|^changedKind$/.test(found.cause);
      assert.equal(/It was written \d{4}-\d\d-\d\d [\d:]{8} UTC, by the code that was deployed then\./.test(message), edited);
      assert.ok(steps.length > 0);
    });
  }

  const impure: [string, DeterminismCause, string, string][] = [
    ['the clock', 'currentTime', 'const name = Date.now() > 0 ? "B" : "A"; // impure', 'Date'],
    ['a random number', 'random', 'const name = Math.random() < 2 ? "B" : "A"; // impure', 'Math.random'],
    ['a UUID', 'uuid', 'const name = crypto.randomUUID() ? "B" : "A"; // impure', 'crypto.randomUUID'],
    ['the environment', 'environment', 'const name = process.env.NOWHERE ? "A" : "B"; // impure', 'process.env.NOWHERE'],
    ['a file', 'fileSystem', 'const name = require("fs").existsSync(__filename) ? "B" : "A"; // impure', 'fs.existsSync'],
  ];
  for (const [title, cause, line, what] of impure) {
    it(`is put down to ${title} when the code asked for it, at its line`, async () => {
      const { live, run } = await recorded(orchestrator("const name = 'A'; // impure", 'yield context.df.callActivity(name);'));
      const after = orchestrator(line, 'yield context.df.callActivity(name);');
      await edit(live, after);
      const { divergence } = await fixture.open(live.dir, run);
      assert.equal(divergence?.cause, cause);
      assert.equal(divergence.recorded, 'activity A #0');
      assert.equal(divergence.actual, 'activity B #0');
      assert.equal(divergence.place?.line, lineOf(after, '// impure'));
      assert.ok(divergence.message.includes(what), divergence.message);
    });
  }

  it('is found in a live instance that failed for it', async () => {
    const source = orchestrator(
      'const isFirst = globalThis.known === undefined;',
      'globalThis.known = true;',
      "yield context.df.callActivity(isFirst ? 'A' : 'B'); // changes",
      call('C'),
    );
    const { live, run } = await recorded(source);
    assert.equal(run.row.runtimeStatus, 'Failed');
    const { divergence, steps } = await fixture.open(live.dir, run);
    assert.ok(divergence);
    assert.equal(steps.at(-1)?.kind, 'failed');
    assert.match(divergence.message, /not being deterministic/);
    assert.equal(divergence.cause, 'globalState');
  });

  it('is where a tampered row is', async () => {
    const { live, run } = await recorded(abc);
    const history = run.history.map((event): HistoryEvent =>
      event.EventType === 'TaskScheduled' && event.EventId === 1 ? { ...event, Name: 'Other' } : event,
    );
    const timeline = await fixture.open(live.dir, { ...run, history });
    assert.equal(timeline.divergence?.rowIndex, 6);
    assert.equal(timeline.divergence.recorded, 'activity Other #1');
    assert.equal(timeline.divergence.actual, 'activity B #1');
    const last = timeline.steps.at(-1);
    assert.equal(last?.kind, 'diverged');
    assert.deepEqual(last.rows.to, 7);
    assert.equal(last.frames[0]?.place?.line, lineOf(abc, '// B'));
    assert.ok((await timeline.scopes(last.index, 0)).length > 0);
  });

  it('is not reported for what may differ: inputs, outputs, names in other case', async () => {
    const { live, run } = await recorded(orchestrator("yield context.df.callActivity('A', 1);", 'return 1;'));
    await edit(live, orchestrator("yield context.df.callActivity('a', 2);", 'return 2;'));
    const { divergence, notes } = await fixture.open(live.dir, run);
    assert.equal(divergence, null);
    assert.deepEqual(notes, ['The code returns another output than the one that is recorded.']);
  });
});
