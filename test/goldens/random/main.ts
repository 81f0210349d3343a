/**
 * Random programs on the real engine and on the built emulator: says which seeds differ, and where first.
 *
 *   npx tsx test/goldens/random/main.ts [--seed 1] [--count 50] [--jobs 12] [--wide | --far] [--whole] [--record | --again] [--folder NAME] [--patience TIMES]
 *
 * Compared are the answers' status codes, how each instance ended and its rows by type, number and name; with --whole everything that the
 * recordings' test compares. What the real engine did stays in test-results/random/ (--folder: another name there): --record does nothing else, --again plays what is there.
 * What differs is played once more with activities as slow as storage makes them, and with timers as early as there; what differs then is recorded twice more, with less at a
 * time. Equal is what is as in any one of the recordings. Where the real engine differs from itself it raced: such a program is counted apart,
 * and what it did each time is printed. --wide: programs with more kinds of work in groups, and more that a client does meanwhile.
 * --far: critical sections, durable HTTP, retried children, groups of timers, big statuses, signals, capitals in events, suspensions before the
 * first step and requests at the wrong time as well.
 * --patience: on a machine that is busy the client lets so many times as much pass as written.
 * Outside of CI; it needs what the recorder needs.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
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
    wide: { type: 'boolean', default: false },
    far: { type: 'boolean', default: false },
    folder: { type: 'string', default: 'random' },
    patience: { type: 'string', default: '1' },
  },
});

const reach = values.far ? 'far' : values.wide ? 'wide' : 'narrow';
const root = path.resolve(__dirname, '../../..');
const folder = path.join(root, 'test-results', values.folder);
const app = path.join(__dirname, 'app');

const scenariosFile = path.join(folder, 'scenarios.json');
const recordingsOf = (round: number): string => path.join(folder, round === 1 ? 'recordings' : `recordings-${round}`);

const orderOnly = 'order';
const slowStorageMs = 200;
/** At a time where a race is looked for: less of it. */
const fewJobs = '4';

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

/** Records all, or those of `names`, into the folder of a round. */
function record(round: number, names: readonly string[] = []): void {
  const recorder = path.join(root, 'test/goldens/recorder/record.mjs');
  const only = names.flatMap((name) => ['--name', name]);
  const jobs = names.length === 0 ? values.jobs : fewJobs;
  const args = [
    recorder,
    scenariosFile,
    '--app',
    path.join(app, 'app.cjs'),
    '--out',
    recordingsOf(round),
    '--once',
    '--jobs',
    jobs,
    '--patience',
    values.patience,
  ];
  const done = spawnSync('node', [...args, ...only], { stdio: ['ignore', 'ignore', 'inherit'] });
  if (done.status !== 0) throw new Error('The recorder did not come to its end.');
}

function writeScenarios(): void {
  const first = Number(values.seed);
  const count = Number(values.count);
  const scenarios = Array.from({ length: count }, (_none, i) => randomScenario(first + i, reach));
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(scenariosFile, JSON.stringify(scenarios));
}

type Runs = Map<string, Played>;

async function play(recordings: readonly Recording[], storageMs: number, more: readonly string[] = []): Promise<Runs> {
  const runs: Runs = new Map();
  for (const [name, run] of await playAll(app, recordings, storageMs, more, Number(values.patience))) {
    if (run instanceof Error) throw run;
    runs.set(name, run);
  }
  return runs;
}

/** What differs first; null: nothing. */
function differing(recording: Recording, run: Played): string | null {
  if (values.whole) return differences(recording, run).map(textOf).slice(0, 5).join('\n  ') || null;
  const ours = { ...run, ...normalised(run) };
  const what = firstDifference(shapeOf(recording), shapeOf(ours));
  // Results that came close together, or beside an event: any order may be met, on either engine.
  return what !== null && firstDifference(contentsOf(recording), contentsOf(ours)) === null ? `${orderOnly}: ${what}` : what;
}

/** Where the recordings of one program part, if they do. */
function racing([first, ...others]: readonly Recording[]): string | null {
  if (first === undefined) return null;
  const shape = shapeOf(first);
  return others.map((other) => firstDifference(shape, shapeOf(other))).find((what) => what !== null) ?? null;
}

async function main(): Promise<void> {
  if (!values.again) {
    writeScenarios();
    record(1);
  }
  if (values.record) return;
  const rounds = [await readRecordings(recordingsOf(1))];
  const runs: Runs[] = [];
  const every = rounds[0]?.map(({ name }) => name) ?? [];
  /** What each that is in no recording yet differs by, from its first one. */
  const left = (): Map<string, string> => {
    const found = new Map<string, string>();
    for (const name of every) {
      const recordings = rounds.flatMap((round) => round.filter((each) => each.name === name));
      const own = runs.flatMap((each) => each.get(name) ?? []);
      const all = own.flatMap((run) => recordings.map((recording) => differing(recording, run)));
      if (!all.includes(null)) found.set(name, all[0] ?? 'not played');
    }
    return found;
  };
  runs.push(await play(rounds[0] ?? [], 0));
  let doubtful = left();
  if (doubtful.size > 0)
    runs.push(
      await play(
        (rounds[0] ?? []).filter(({ name }) => doubtful.has(name)),
        slowStorageMs,
      ),
    );
  doubtful = left();
  if (doubtful.size > 0) {
    // The real engine's timers come due up to a second early.
    const some = (rounds[0] ?? []).filter(({ name }) => doubtful.has(name));
    runs.push(await play(some, slowStorageMs, ['--timers', 'engine']));
  }
  doubtful = left();
  console.log(`${doubtful.size} of ${every.length} differ from the first recording: ${[...doubtful.keys()].join(' ')}`);
  for (let round = 2; round <= 3 && doubtful.size > 0; round++) {
    if (!values.again || !existsSync(recordingsOf(round))) record(round, [...doubtful.keys()]);
    rounds.push(await readRecordings(recordingsOf(round)));
    doubtful = left();
  }
  let [races, orders] = [0, 0];
  for (const [name, what] of doubtful) {
    const race = racing(rounds.flatMap((round) => round.filter((each) => each.name === name)));
    if (race !== null) races++;
    else if (what.startsWith(orderOnly)) orders++;
    console.log(`${name}${race === null ? '' : ` (raced: first ${race.replace(', here ', ', then ')})`}\n  ${what}`);
  }
  console.log(
    `${doubtful.size - races - orders} of ${every.length} differ; ${orders} in the order of what came close together; in ${races} the real engine differs from itself`,
  );
}

void main();
