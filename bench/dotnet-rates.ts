/**
 * How fast instances of a C# app run, beside the same app in JavaScript on the same build: `npx tsx bench/dotnet-rates.ts [ROUNDS] [DIST ...]`,
 * in turns; needs the .NET SDK. Prints for each load the medians of both, and the median of the rounds' ratios. With several DISTs the ratio
 * of each. For HelloCities5 a host that does nothing but send the invocations (bare-dotnet-host.ts) runs in turns with them: what is missing from
 * its rate to JavaScript's is the time of the .NET worker and of the way to it and back.
 */
import { type ChildProcess, spawn } from 'node:child_process';
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

async function main(): Promise<void> {
  const [rounds = '5', ...given] = process.argv.slice(2);
  const dists = given.length === 0 ? [path.join(__dirname, '../dist')] : given;
  const built = await builtApp('bench of C# apps', path.join(__dirname, 'app-csharp'));
  if (built === null) return;
  const apps = [path.join(__dirname, 'app'), built];
  const contenders = dists.map((dist) => apps.map((app) => new Contender('rate-of.ts', dist, app)));
  const bare = new Contender('bare-dotnet-host.ts', path.join(built, 'bin/Debug/net10.0'));
  for (const each of [...contenders.flat(), bare]) await each.ready();
  for (const load of loads) {
    const rates = contenders.map((pair) => pair.map((): Rate[] => []));
    const least: BareRate[] = [];
    for (let round = 0; round <= Number(rounds); round++) {
      for (const [at, pair] of contenders.entries()) {
        for (const [which, contender] of pair.entries()) {
          const rate = await contender.run(load);
          // The first round is for the compilers.
          if (round > 0) rates[at]?.[which]?.push(rate);
        }
      }
      if (load.name !== 'HelloCities5') continue;
      const rate = await bare.run(load);
      if (round > 0) least.push(rate as BareRate);
    }
    for (const [at, [js = [], csharp = []]] of rates.entries()) {
      const of = (list: readonly Rate[], key: keyof Rate): number => rounded(median(list.map((each) => each[key])), 2);
      console.log(
        JSON.stringify({
          load: `${load.name}, ${load.atOnce} at once`,
          ...(dists.length > 1 ? { dist: dists[at] } : {}),
          ratio: rounded(median(csharp.map(({ perSecond }, i) => perSecond / (js[i]?.perSecond ?? Number.NaN))), 2),
          js: { perSecond: Math.round(of(js, 'perSecond')), engineMs: of(js, 'engineMs'), appMs: of(js, 'appMs') },
          csharp: {
            perSecond: Math.round(of(csharp, 'perSecond')),
            engineMs: of(csharp, 'engineMs'),
            appMs: of(csharp, 'appMs'),
          },
          ...(least.length === 0
            ? {}
            : {
                bare: {
                  ratio: rounded(median(least.map(({ perSecond }, i) => perSecond / (js[i]?.perSecond ?? Number.NaN))), 2),
                  perSecond: Math.round(of(least, 'perSecond')),
                  hostMs: of(least, 'engineMs'),
                  appMs: of(least, 'appMs'),
                  episodeMs: rounded(median(least.map(({ ms }) => ms.episode)), 2),
                  activityMs: rounded(median(least.map(({ ms }) => ms.activity)), 2),
                },
              }),
        }),
      );
    }
  }
  for (const each of [...contenders.flat(), bare]) await each.end();
}

void main();
