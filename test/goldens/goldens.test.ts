/**
 * What the real engine did, row for row (test/goldens/README.md): every recorded scenario is played on the built emulator with the same app,
 * and every answer, every row and the final status are as recorded. What may differ stands in docs/fidelity.md, and differs.
 */
import assert from 'node:assert/strict';
import { cp, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { projectRoot } from '../support/durascope-program';
import { differences, textOf } from './harness/compare';
import { FidelityTable } from './harness/fidelity-table';
import { endPlays, playAll, readRecordings } from './harness/golden-run';
import { notYet } from './harness/not-yet';
import type { Played, Recording } from './harness/recording';

interface RecordedSet {
  /** In this folder, with `recordings` in it. */
  folder: string;
  /** The folder with the app, where it is not the set's own. */
  appOf?: string;
  /** Programming model v3: the app gets a folder of its own, where `durable-functions` is version 2. */
  version3?: true;
  /** Each of its scenarios has a hub of its own. */
  oneByOne?: true;
}

const sets: readonly RecordedSet[] = [
  { folder: '.' },
  { folder: 'siblings', appOf: '.' },
  { folder: 'grid', appOf: '.' },
  { folder: 'meetings' },
  { folder: 'corners' },
  { folder: 'twins' },
  { folder: 'pairs' },
  { folder: 'kinds' },
  { folder: 'crossed' },
  { folder: 'batches' },
  { folder: 'version3', version3: true },
  { folder: 'csharp' },
  { folder: 'states', appOf: '.' },
  { folder: 'behind' },
  { folder: 'alone', appOf: '.', oneByOne: true },
  { folder: 'clients/v3' },
  { folder: 'clients/v3-alone', appOf: 'clients/v3', oneByOne: true },
  { folder: 'clients/v2', version3: true },
];
const mostLines = 12;
/**
 * What differs is played again: a busy machine may bring results together that came apart, or the other way round, and what came while the real
 * engine wrote an activity down may come after it here; 200 ms may be over before the next call is there, and what was waited for has not come.
 */
const tries = [
  { storageMs: 0, patience: 1 },
  { storageMs: 200, patience: 1 },
  { storageMs: 1000, patience: 1 },
  // Two that come together do so about every other time: once is no verdict.
  ...Array.from({ length: 5 }, () => ({ storageMs: 1000, patience: 4 })),
];
/** Names of the recordings to play, with commas between; all by default. */
const wanted = process.env['GOLDENS']?.split(',');

describe('goldens', function () {
  this.timeout(15 * 60_000);
  after(endPlays);
  const played = new Map<string, Played | Error>();
  const recordings: Recording[] = [];
  let table: FidelityTable;

  /** What differs beyond the table, by what was played. */
  const known = new Map<Played, string[]>();

  function found(recording: Recording): string[] {
    const run = played.get(recording.name);
    if (run === undefined || run instanceof Error) return [run?.stack ?? 'was not played'];
    const lines =
      known.get(run) ??
      differences(recording, run)
        .filter((difference) => !table.allows(recording.name, difference))
        .map(textOf);
    known.set(run, lines);
    return lines;
  }

  before(async () => {
    table = await FidelityTable.read();
    // The sets side by side, an emulator each: most of what was recorded waits for timers.
    const each = await Promise.all(sets.map(recordingsOf));
    const own = each.map((all) => all.filter(({ name }) => wanted?.includes(name) ?? true));
    recordings.push(...own.flat());
    await Promise.all(sets.map((set, at) => playSet(set, own[at] ?? [])));
    // Each by itself, now that the others are over.
    for (const [at, set] of sets.entries()) await playSet(set, (own[at] ?? []).filter(isToPlay));
  });

  function isToPlay(recording: Recording): boolean {
    return !played.has(recording.name) || (!notYet.has(recording.name) && found(recording).length > 0);
  }

  async function playSet(set: RecordedSet, own: readonly Recording[]): Promise<void> {
    if (own.length === 0) return;
    await withApp(set, async (app) => {
      for (const { storageMs, patience } of tries) {
        const some = own.filter(isToPlay);
        const hubs = set.oneByOne ? some.map((each) => [each]) : [some];
        for (const hub of hubs) {
          if (hub.length > 0) for (const [name, run] of await playAll(app, hub, storageMs, [], patience)) played.set(name, run);
        }
      }
    });
  }

  it('every recording is followed', () => {
    const bad = recordings
      .filter(({ name }) => !notYet.has(name))
      .map((recording) => ({ name: recording.name, found: found(recording) }))
      .filter((each) => each.found.length > 0);
    assert.equal(bad.map(({ name, found: lines }) => `${name}\n  ${lines.join('\n  ')}`).join('\n'), '');
  });

  it('what is on the list of what is not followed yet differs', () => {
    const equal = recordings.filter((recording) => notYet.has(recording.name) && found(recording).length === 0);
    assert.deepEqual(
      equal.map(({ name }) => name),
      [],
      'take these off the list in test/goldens/harness/not-yet.ts',
    );
  });

  it('every name in the table of docs/fidelity.md still differs, and its lines are few', () => {
    for (const recording of recordings) found(recording);
    assert.deepEqual(table.unmetBy(recordings.map(({ name }) => name)), []);
    assert.ok(table.length <= mostLines, `${table.length} lines`);
  });

  it('every name in that table is one of a recording', async () => {
    const all = (await Promise.all([...sets, { folder: 'isolated' }].map(recordingsOf))).flat().map(({ name }) => name);
    assert.deepEqual(table.namelessAmong(all), []);
  });
});

function recordingsOf({ folder }: RecordedSet): Promise<Recording[]> {
  return readRecordings(path.join(__dirname, folder, 'recordings'));
}

async function withApp({ folder, appOf, version3 }: RecordedSet, play: (app: string) => Promise<void>): Promise<void> {
  const home = path.join(__dirname, appOf ?? folder);
  if (!version3) return play(path.join(home, 'app'));
  const copy = await mkdtemp(path.join(tmpdir(), 'durascope-goldens-app-'));
  try {
    await cp(home, path.join(copy, 'set'), { recursive: true, filter: (file) => path.basename(file) !== 'recordings' });
    await cp(path.join(__dirname, 'clients', 'client-calls.cjs'), path.join(copy, 'client-calls.cjs'));
    const app = path.join(copy, 'set', 'app');
    await mkdir(path.join(app, 'node_modules'));
    const sdk = path.join(projectRoot, 'node_modules', 'durable-functions-v2');
    await symlink(sdk, path.join(app, 'node_modules', 'durable-functions'), 'junction');
    await play(app);
  } finally {
    await rm(copy, { recursive: true, force: true, maxRetries: 5 });
  }
}
