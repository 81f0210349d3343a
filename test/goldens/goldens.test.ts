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

/** Folders with recordings and the app that was recorded beside them. */
const sets = [
  '.',
  'siblings',
  'grid',
  'meetings',
  'corners',
  'twins',
  'pairs',
  'kinds',
  'crossed',
  'batches',
  'version3',
  'csharp',
  'states',
  'behind',
  'alone',
].map((name) => path.join(__dirname, name));
/** Those with further scenarios of the first one's app. */
const ofFirstApp = new Set(['siblings', 'grid', 'states', 'alone']);
/** Of these each scenario has a hub of its own. */
const oneByOne = new Set(['alone']);
const mostLines = 12;
/**
 * What differs is played again: a busy machine may bring results together that came apart, or the other way round, and what came while the real
 * engine wrote an activity down may come after it here; 200 ms may be over before the next call is there, and what was waited for has not come.
 */
const tries = [
  { storageMs: 0, patience: 1 },
  { storageMs: 200, patience: 1 },
  { storageMs: 1000, patience: 1 },
  { storageMs: 1000, patience: 4 },
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
    const each = await Promise.all(sets.map((folder) => readRecordings(path.join(folder, 'recordings'))));
    const own = each.map((all) => all.filter(({ name }) => wanted?.includes(name) ?? true));
    recordings.push(...own.flat());
    await Promise.all(sets.map((folder, at) => playSet(folder, own[at] ?? [])));
    // Each by itself, now that the others are over.
    for (const [at, folder] of sets.entries()) await playSet(folder, (own[at] ?? []).filter(isToPlay));
  });

  function isToPlay(recording: Recording): boolean {
    return !played.has(recording.name) || (!notYet.has(recording.name) && found(recording).length > 0);
  }

  async function playSet(folder: string, own: readonly Recording[]): Promise<void> {
    if (own.length === 0) return;
    await withApp(folder, async (app) => {
      for (const { storageMs, patience } of tries) {
        const some = own.filter(isToPlay);
        const hubs = oneByOne.has(path.basename(folder)) ? some.map((each) => [each]) : [some];
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
    const folders = [...sets, path.join(__dirname, 'isolated')].map((folder) => path.join(folder, 'recordings'));
    const all = (await Promise.all(folders.map(readRecordings))).flat().map(({ name }) => name);
    assert.deepEqual(table.namelessAmong(all), []);
  });
});

/** The app of a set; the one of the programming model v3 gets a folder of its own, where `durable-functions` is version 2. */
async function withApp(folder: string, play: (app: string) => Promise<void>): Promise<void> {
  const app = path.join(ofFirstApp.has(path.basename(folder)) ? path.dirname(folder) : folder, 'app');
  if (path.basename(folder) !== 'version3') return play(app);
  const copy = await mkdtemp(path.join(tmpdir(), 'durascope-goldens-app-'));
  try {
    await cp(app, copy, { recursive: true });
    await mkdir(path.join(copy, 'node_modules'));
    const sdk = path.join(projectRoot, 'node_modules', 'durable-functions-v2');
    await symlink(sdk, path.join(copy, 'node_modules', 'durable-functions'), 'junction');
    await play(copy);
  } finally {
    await rm(copy, { recursive: true, force: true, maxRetries: 5 });
  }
}
