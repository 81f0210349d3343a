/**
 * Nothing lost and nothing twice with an app in C# either: the program, the app's process and both are killed at random moments of a mixed
 * load. `DURASCOPE_CSHARP_KILLS` sets how many (default 4), `DURASCOPE_SEED` the seed. Skipped by name where there is no .NET SDK or no packages.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { builtApp } from '../support/built-dotnet-app';
import { endAll, killAndLook } from '../support/kill-load';

const kills = Number(process.env['DURASCOPE_CSHARP_KILLS'] ?? '4');

describe('kill -9 at random moments of a C# app', function () {
  this.timeout(60 * 60_000);
  let folder = '';

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'durascope-kill-csharp-'));
  });
  after(async () => {
    await endAll();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  it(`loses nothing and doubles nothing over ${kills} kills`, async function () {
    const app = await builtApp('kills of a C# app', path.resolve(__dirname, '../fixtures/apps/mixed-load-csharp'));
    if (app === null) return this.skip();
    const seed = Number(process.env['DURASCOPE_SEED'] ?? String(Date.now() % 1_000_000));
    console.log(`      ${await killAndLook({ app, data: path.join(folder, 'data'), kills, seed })}`);
  });
});
