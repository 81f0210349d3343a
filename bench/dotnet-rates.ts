/**
 * How fast instances of a C# app run, beside the same app in JavaScript on the same build: `npx tsx bench/dotnet-rates.ts [ROUNDS] [DIST ...]`,
 * in turns; needs the .NET SDK. `sessions` is the same app with extended sessions on. For HelloCities5 and Chain a host that does nothing but send
 * the invocations (bare-dotnet-host.ts) runs in turns with them: what is missing from its rate to JavaScript's is the time of the .NET worker and
 * of the way to it and back. Prints for each load the medians of all, and the medians of the rounds' ratios: `ofJs`, and `ofBare` for what
 * the emulator reaches of the bare host's rate. With several DISTs those of each.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { builtApp } from '../test/support/built-dotnet-app';
import type { BareRate } from './bare-dotnet-host';
import type { Rate } from './rate-of';

/** DURASCOPE_LOADS: numbers of those to run, `0,2`. */
const allLoads = [
  { name: 'HelloCities5', count: 1000, atOnce: 1000 },
  { name: 'HelloCities5', count: 600, atOnce: 32 },
  { name: 'HelloCities5', count: 200, atOnce: 1 },
  { name: 'FanOut', count: 50, atOnce: 4 },
  { name: 'Chain', count: 20, atOnce: 4 },
  { name: 'Chain', count: 10, atOnce: 1 },
];

const { DURASCOPE_LOADS: chosen } = process.env;
const loads = chosen === undefined ? allLoads : allLoads.filter((_, at) => chosen.split(',').includes(String(at)));

class Contender {
  private readonly child: ChildProcess;
  private readonly lines: AsyncIterator<string>;
  private readonly reader: Interface;

  constructor(script: string, ...given: string[]) {
    const args = ['--import', 'tsx', path.join(__dirname, script), ...given];
    this.child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    if (this.child.stdout === null) throw new Error('no output');
    this.reader = createInterface({ input: this.child.stdout });
    this.lines = this.reader[Symbol.asyncIterator]();
  }

  async ready(): Promise<void> {
    await this.lines.next();
  }

  async run({ name, count, atOnce }: (typeof allLoads)[number]): Promise<Rate> {
    this.child.stdin?.write(`${name} ${count} ${atOnce}\n`);
    const { value, done } = (await this.lines.next()) as IteratorResult<string, undefined>;
    if (done === true) throw new Error('the process of the emulator has ended');
    return JSON.parse(value) as Rate;
  }

  async end(): Promise<void> {
    const gone = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.stdin?.write('end\n');
    await gone;
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

const rounded = (value: number, digits: number): number => Number(value.toFixed(digits));

/** The built app as it is, with extended sessions. */
async function withSessions(output: string): Promise<string> {
  const dir = await mkdtemp(path.join(tmpdir(), 'durascope-bench-sessions-'));
  await cp(output, dir, { recursive: true });
  const durableTask = { extendedSessionsEnabled: true };
  await writeFile(path.join(dir, 'host.json'), JSON.stringify({ version: '2.0', extensions: { durableTask } }));
  return dir;
}

/** Of what runs in turns. */
interface Entry {
  dist: string | null;
  kind: 'js' | 'csharp' | 'sessions' | 'bare' | 'bareSessions';
  contender: Contender;
  rates: Rate[];
}

async function main(): Promise<void> {
  const [rounds = '5', ...given] = process.argv.slice(2);
  const dists = given.length === 0 ? [path.join(__dirname, '../dist')] : given;
  const built = await builtApp('bench of C# apps', path.join(__dirname, 'app-csharp'));
  if (built === null) return;
  const output = path.join(built, 'bin/Debug/net10.0');
  const sessions = await withSessions(output);
  const apps = { js: path.join(__dirname, 'app'), csharp: built, sessions } as const;
  const { DURASCOPE_KINDS: kinds = 'js,csharp,sessions,bare,bareSessions' } = process.env;
  const entries: Entry[] = [];
  for (const dist of dists) {
    for (const kind of ['js', 'csharp', 'sessions'] as const) {
      if (!kinds.split(',').includes(kind)) continue;
      entries.push({ dist, kind, contender: new Contender('rate-of.ts', dist, apps[kind]), rates: [] });
    }
  }
  for (const kind of ['bare', 'bareSessions'] as const) {
    if (!kinds.split(',').includes(kind)) continue;
    const mode = kind === 'bare' ? [] : ['sessions'];
    entries.push({ dist: null, kind, contender: new Contender('bare-dotnet-host.ts', output, ...mode), rates: [] });
  }
  for (const { contender } of entries) await contender.ready();
  for (const load of loads) {
    const taking = entries.filter(({ dist }) => dist !== null || load.name !== 'FanOut');
    for (const entry of taking) entry.rates = [];
    for (let round = 0; round <= Number(rounds); round++) {
      for (const { contender, rates } of taking) {
        const rate = await contender.run(load);
        // The first round is for the compilers.
        if (round > 0) rates.push(rate);
      }
    }
    console.log(`${load.name}, ${load.atOnce} at once`);
    for (const entry of taking) {
      const { dist, kind, rates } = entry;
      const ratioTo = (other: Entry['kind']): number | undefined => {
        const to = taking.find((each) => each.kind === other && (each.dist === null || dist === null || each.dist === dist));
        if (to === undefined || to === entry) return undefined;
        return rounded(median(rates.map(({ perSecond }, i) => perSecond / (to.rates[i]?.perSecond ?? Number.NaN))), 2);
      };
      const of = (value: (rate: Rate) => number, digits = 2): number => rounded(median(rates.map(value)), digits);
      console.log(
        JSON.stringify({
          kind,
          ...(dists.length > 1 && dist !== null ? { dist } : {}),
          ofJs: ratioTo('js'),
          ...(kind === 'csharp' ? { ofBare: ratioTo('bare') } : kind === 'sessions' ? { ofBare: ratioTo('bareSessions') } : {}),
          perSecond: of(({ perSecond }) => perSecond, 0),
          engineMs: of(({ engineMs }) => engineMs),
          appMs: of(({ appMs }) => appMs),
          ...(dist === null
            ? { episodeMs: of((rate) => (rate as BareRate).ms.episode), activityMs: of((rate) => (rate as BareRate).ms.activity) }
            : {}),
        }),
      );
    }
  }
  for (const { contender } of entries) await contender.end();
  await rm(sessions, { recursive: true, force: true, maxRetries: 5 });
}

void main();
