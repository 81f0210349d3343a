/**
 * What the real engine did, row for row (test/goldens/README.md): every recorded scenario is played on the built emulator with the same app,
 * and every answer, every row and the final status are as recorded. What may differ stands in docs/fidelity.md, and differs.
 */
import assert from 'node:assert/strict';
import path from 'node:path';
import { differences, textOf } from './harness/compare';
import { FidelityTable } from './harness/fidelity-table';
import { playAll, readRecordings } from './harness/golden-run';
import { notYet } from './harness/not-yet';
import type { Played, Recording } from './harness/recording';

const folder = __dirname;
const mostLines = 12;
/** Names of the recordings to play, with commas between; all by default. */
const wanted = process.env['GOLDENS']?.split(',');

describe('goldens', function () {
  this.timeout(180_000);
  const app = path.join(folder, 'app');
  let recordings: Recording[] = [];
  let played: Map<string, Played | Error>;
  let table: FidelityTable;

  /** What differs beyond the table. */
  function found(recording: Recording): string[] {
    const run = played.get(recording.name);
    if (run === undefined || run instanceof Error) return [run?.stack ?? 'was not played'];
    return differences(recording, run)
      .filter((difference) => !table.allows(recording.name, difference))
      .map(textOf);
  }

  before(async () => {
    recordings = (await readRecordings(path.join(folder, 'recordings'))).filter(({ name }) => wanted?.includes(name) ?? true);
    table = await FidelityTable.read();
    played = await playAll(app, recordings);
    // A busy machine may bring results together that came apart, or the other way round.
    const again = recordings.filter((recording) => !notYet.has(recording.name) && found(recording).length > 0);
    if (again.length > 0) for (const [name, run] of await playAll(app, again)) played.set(name, run);
  });

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

  it('every line of the table in docs/fidelity.md still happens, and they are few', () => {
    for (const recording of recordings) found(recording);
    assert.deepEqual(table.unmetBy(recordings.map(({ name }) => name)), []);
    assert.ok(table.length <= mostLines, `${table.length} lines`);
  });
});
