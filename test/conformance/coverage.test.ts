import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { specificationRows } from './rows';

const folder = __dirname;
const rows = Object.values(specificationRows).flat();

/** Row ids in front of test titles of this folder. */
function testedRows(): Set<string> {
  const files = readdirSync(folder).filter((file) => /(\.test|-rows)\.ts$/.test(file));
  const text = files.map((file) => readFileSync(path.join(folder, file), 'utf8')).join('\n');
  return new Set([...text.matchAll(/['"`]([A-Z]+\d+b?): /g)].flatMap((match) => match[1] ?? []));
}

/** Row ids and reasons of the table in docs/fidelity.md. */
function listedRows(): Map<string, string> {
  const text = readFileSync(path.join(folder, '..', '..', 'docs', 'fidelity.md'), 'utf8');
  const section = text.split(/^## /m).find((part) => part.startsWith('Conformance rows not covered')) ?? '';
  return new Map([...section.matchAll(/^\| ([A-Z]+\d+b?) +\| (.+?) +\|$/gm)].map((match) => [match[1] ?? '', match[2] ?? '']));
}

describe('conformance to the specification', () => {
  it('every row is tested, or listed in docs/fidelity.md with a reason, and none is both', () => {
    const tested = testedRows();
    const listed = listedRows();
    console.log(`      ${rows.filter((row) => tested.has(row)).length} of ${rows.length} rows tested; not covered:`);
    for (const [row, reason] of listed) console.log(`      ${row.padEnd(4)} ${reason}`);
    assert.deepEqual(
      rows.filter((row) => !tested.has(row) && !listed.has(row)),
      [],
      'neither tested nor listed',
    );
    assert.deepEqual(
      rows.filter((row) => tested.has(row) && listed.has(row)),
      [],
      'tested, and still listed',
    );
    assert.deepEqual(
      [...listed.keys(), ...tested].filter((row) => !rows.includes(row)),
      [],
      'not rows of the specification',
    );
  });
});
