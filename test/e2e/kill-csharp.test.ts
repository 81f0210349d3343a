/**
 * Nothing lost and nothing twice with an app in C# either: the program, the app's process and both are killed at random moments of a mixed
 * load, without extended sessions and with them. `DURASCOPE_CSHARP_KILLS` sets how many (default 4 and 2), `DURASCOPE_SEED` the seed. Skipped by name where there is no .NET SDK or no packages.
 */
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
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

  for (const [title, count, hasSessions] of [
    ['', kills, false],
    [' with extended sessions', Math.ceil(kills / 2), true],
  ] as const) {
    it(`loses nothing and doubles nothing over ${count} kills${title}`, async function () {
      const built = await builtApp('kills of a C# app', path.resolve(__dirname, '../fixtures/apps/mixed-load-csharp'));
      if (built === null) return this.skip();
      const app = hasSessions ? path.join(folder, 'app') : built;
      if (hasSessions) {
        await cp(path.join(built, 'bin/Debug/net10.0'), app, { recursive: true });
        const durableTask = { extendedSessionsEnabled: true };
        await writeFile(path.join(app, 'host.json'), JSON.stringify({ version: '2.0', extensions: { durableTask } }));
      }
      const seed = Number(process.env['DURASCOPE_SEED'] ?? String(Date.now() % 1_000_000));
      const data = path.join(folder, hasSessions ? 'data-of-sessions' : 'data');
      console.log(`      ${await killAndLook({ app, data, kills: count, seed })}`);
    });
  }
});
