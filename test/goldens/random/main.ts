/**
 * Random programs on the real engine and on the built emulator: says which seeds differ, and where first.
 *
 *   npx tsx test/goldens/random/main.ts [--seed 1] [--count 50] [--jobs 12] [--whole] [--record | --again]
 *
 * Compared are the answers' status codes, how each instance ended and its rows by type, number and name; with --whole everything that the
 * recordings' test compares. What the real engine did stays in test-results/random/: --record does nothing else, --again plays what is there.
 * What differs is played once more with activities as slow as storage makes them. Outside of CI; it needs what the recorder needs.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { differences, textOf } from '../harness/compare';
import { playAll, readRecordings } from '../harness/golden-run';
import { normalised } from '../harness/normalise';
import type { Played, Recording } from '../harness/recording';
import { randomScenario } from './program';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '50' },
    jobs: { type: 'string', default: '12' },
    record: { type: 'boolean', default: false },
    again: { type: 'boolean', default: false },
    whole: { type: 'boolean', default: false },
  },
});

const root = path.resolve(__dirname, '../../..');
const folder = path.join(root, 'test-results', 'random');
const app = path.join(__dirname, 'app');

const orderOnly = 'order';

/** What matters of a run, as lines. */
function shapeOf({ calls, rows }: Played): string[] {
  const lines = calls.map((call) => ('call' in call ? `${call.call} → ${call.status}` : JSON.stringify(call)));
  for (const [id, { History, Instances }] of Object.entries(rows).sort(([a], [b]) => (a < b ? -1 : 1))) {
    const [row] = Instances;
    const output = String(row?.['Output'] ?? '').split('\n')[0] ?? '';
    lines.push(`${id}: ${String(row?.['RuntimeStatus'])} ${output} ${String(row?.['CustomStatus'])}`);
    if (id.startsWith('@')) continue;
    for (const each of History) {
      const parts = ['EventType', 'EventId', 'TaskScheduledId', 'TimerId', 'Name'].map((column) => each[column] ?? '');
      lines.push(`${id}   ${parts.join(' ')}`);
    }
  }
  return lines;
}

/** The same without the order in which things came, and so without their numbers. */
function contentsOf(run: Played): string[] {
  return shapeOf(run)
    .filter((line) => !/ {3}Orchestrator(Started|Completed) /.test(line))
    .map((line) =>
      line.replace(/ {3}(\w+) (.*)$/, (_all, type: string, rest: string) => `   ${type} ${rest.replace(/-?\d+ /g, '')}`),
    )
    .sort();
}

function firstDifference(real: readonly string[], ours: readonly string[]): string | null {
  const at = real.findIndex((line, index) => line !== ours[index]);
  if (at < 0 && real.length === ours.length) return null;
  const where = at < 0 ? real.length : at;
  return `really ${real[where] ?? 'nothing'}, here ${ours[where] ?? 'nothing'}`;
}

function record(): void {
  const first = Number(values.seed);
  const scenarios = Array.from({ length: Number(values.count) }, (_none, i) => randomScenario(first + i));
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, 'scenarios.json');
  writeFileSync(file, JSON.stringify(scenarios));
  const recorder = path.join(root, 'test/goldens/recorder/record.mjs');
  const done = spawnSync('node', [recorder, file, '--app', path.join(app, 'app.cjs'), '--once', '--jobs', values.jobs], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (done.status !== 0) throw new Error('The recorder did not come to its end.');
}

/** What differs first, by name of the recording. */
async function differing(recordings: readonly Recording[], storageMs: number): Promise<Map<string, string>> {
  const played = await playAll(app, recordings, storageMs);
  const found = new Map<string, string>();
  for (const recording of recordings) {
    const run = played.get(recording.name);
    if (run === undefined || run instanceof Error) throw run ?? new Error(`${recording.name} was not played.`);
    const ours = { ...run, ...normalised(run) };
    const what = values.whole
      ? differences(recording, run).map(textOf).slice(0, 5).join('\n  ')
      : firstDifference(shapeOf(recording), shapeOf(ours));
    if (what === null || what === '') continue;
    // Results that came close together, or beside an event: any order may be met, on either engine.
    const isOrder = !values.whole && firstDifference(contentsOf(recording), contentsOf(ours)) === null;
    found.set(recording.name, isOrder ? `${orderOnly}: ${what}` : what);
  }
  return found;
}

async function main(): Promise<void> {
  if (!values.again) record();
  if (values.record) return;
  const recordings = await readRecordings(path.join(folder, 'recordings'));
  const once = await differing(recordings, 0);
  const doubtful = recordings.filter(({ name }) => once.has(name));
  const found = doubtful.length === 0 ? once : await differing(doubtful, 200);
  for (const [name, what] of found) console.log(`${name}\n  ${what}`);
  const inOrder = [...found.values()].filter((what) => what.startsWith(orderOnly)).length;
  console.log(`${found.size - inOrder} of ${recordings.length} differ, and ${inOrder} in the order of what came close together`);
}

void main();
