/**
 * What the real engine did with an app of the .NET isolated worker model, row for row (test/goldens/README.md). Skipped by name where there is no
 * .NET SDK or no packages.
 */
import assert from 'node:assert/strict';
import path from 'node:path';
import { differences, textOf } from './harness/compare';
import { FidelityTable } from './harness/fidelity-table';
import { endPlays, playAll, readRecordings } from './harness/golden-run';
import type { Played, Recording } from './harness/recording';
import { builtApp } from '../support/built-dotnet-app';

describe('goldens of a C# app', function () {
  this.timeout(15 * 60_000);
  after(endPlays);

  it('every recording is followed', async function () {
    const app = await builtApp('isolated worker goldens', path.join(__dirname, 'isolated/app'));
    if (app === null) return this.skip();
    const table = await FidelityTable.read();
    const wanted = process.env['GOLDENS']?.split(',');
    const all = await readRecordings(path.join(__dirname, 'isolated/recordings'));
    const recordings = all.filter(({ name }) => wanted?.includes(name) ?? true);
    /** As many scenarios of `some` as `share` says on one emulator. */
    const check = async (some: readonly Recording[], share = some.length): Promise<Map<Recording, string[]>> => {
      const played = new Map<string, Played | Error>();
      for (let at = 0; at < some.length; at += share) {
        for (const [name, run] of await playAll(app, some.slice(at, at + share))) played.set(name, run);
      }
      const found = new Map<Recording, string[]>();
      for (const recording of some) {
        const run = played.get(recording.name);
        const lines =
          run === undefined || run instanceof Error
            ? [run?.stack ?? 'was not played']
            : differences(recording, run)
                .filter((difference) => !table.allows(recording.name, difference))
                .map(textOf);
        if (lines.length > 0) found.set(recording, lines);
      }
      return found;
    };
    let bad = await check(recordings);
    // A busy machine may bring results together that came apart, or the other way round: what differs is played again, at last each by itself.
    if (bad.size > 0) bad = await check([...bad.keys()]);
    if (bad.size > 0) bad = await check([...bad.keys()], 1);
    assert.equal([...bad].map(([{ name }, lines]) => `${name}\n  ${lines.join('\n  ')}`).join('\n'), '');
    assert.deepEqual(table.unmetBy(recordings.map(({ name }) => name)), []);
  });
});
