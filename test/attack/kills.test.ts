/**
 * Nothing lost over thousands of kills: `DURASCOPE_KILLS` sets how many (default 500), `DURASCOPE_SEED` the first seed,
 * `DURASCOPE_CSHARP_KILLS` and `DURASCOPE_POWERSHELL_KILLS` how many a C# app gets (default 50; none without the .NET SDK) and one in PowerShell
 * (default 30; none where DURASCOPE_POWERSHELL_WORKER names no worker).
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { builtApp } from '../support/built-dotnet-app';
import { workerVariable } from '../../src/workers/rpc/powershell/find-powershell-worker';
import { endAll, killAndLook } from '../support/kill-load';

const kills = Number(process.env['DURASCOPE_KILLS'] ?? '500');
const firstSeed = Number(process.env['DURASCOPE_SEED'] ?? String(Date.now() % 1_000_000));
const csharpKills = Number(process.env['DURASCOPE_CSHARP_KILLS'] ?? '50');
const powerShellKills = Number(process.env['DURASCOPE_POWERSHELL_KILLS'] ?? '30');
/** Each seed has a data folder of its own. */
const killsPerSeed = 100;

describe(`kill -9 of the program, of the app's process and of both, ${kills} times`, function () {
  this.timeout(6 * 3_600_000);
  let folder = '';
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'durascope-kills-'));
  });
  after(async () => {
    await endAll();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  for (let at = 0; at * killsPerSeed < kills; at++) {
    const seed = firstSeed + at;
    it(`loses nothing and doubles nothing, seed ${seed}`, async () => {
      const app = path.resolve(__dirname, '../fixtures/apps/mixed-load');
      const left = Math.min(killsPerSeed, kills - at * killsPerSeed);
      console.log(`      ${await killAndLook({ app, data: path.join(folder, String(seed)), kills: left, seed })}`);
    });
  }

  it(`loses nothing and doubles nothing of a C# app over ${csharpKills} kills, seed ${firstSeed}`, async function () {
    const app = await builtApp('kills of a C# app', path.resolve(__dirname, '../fixtures/apps/mixed-load-csharp'));
    if (app === null) return this.skip();
    console.log(`      ${await killAndLook({ app, data: path.join(folder, 'csharp'), kills: csharpKills, seed: firstSeed })}`);
  });

  it(`loses nothing and doubles nothing of an app in PowerShell over ${powerShellKills} kills, seed ${firstSeed}`, async function () {
    if (process.env[workerVariable] === undefined) {
      console.log(`      PowerShell: skipped, ${workerVariable} does not name the folder of its worker`);
      return this.skip();
    }
    const app = path.resolve(__dirname, '../fixtures/apps/mixed-load-powershell');
    const names = ['Sequence', 'FanOut', 'Timers', 'Events'] as const; // The built-in module has no children.
    const data = path.join(folder, 'powershell');
    console.log(`      ${await killAndLook({ app, data, kills: powerShellKills, seed: firstSeed, names })}`);
  });
});
