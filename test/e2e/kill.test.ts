/**
 * Nothing lost: the real program is killed again and again in the middle of a mixed load, on one data folder, and in the end every
 * acknowledged start and event is there, every instance has ended as it would have, and no history holds a row twice.
 *
 * `DURASCOPE_KILLS` sets the number of kills (default 40), `DURASCOPE_PASSTHROUGH_KILLS` that of an app in the dialect of durable-functions 4
 * (default 5), `DURASCOPE_SEED` the first seed. A folder with the histories of more kills takes long to open again and again: that is an
 * attack (test/attack/kills.test.ts).
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { endAll, killAndLook } from '../support/kill-load';

const apps = [
  { app: 'mixed-load', kills: Number(process.env['DURASCOPE_KILLS'] ?? '40') },
  { app: 'mixed-load-grpc', kills: Number(process.env['DURASCOPE_PASSTHROUGH_KILLS'] ?? '5') },
] as const;
/** Each data folder has a seed of its own. */
const killsOfFolder = 40;
const firstSeed = Number(process.env['DURASCOPE_SEED'] ?? String(Date.now() % 1_000_000));

describe('kill -9 at random moments', function () {
  this.timeout(20 * 60_000);
  let folder = '';

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'durascope-kill-'));
  });
  after(async () => {
    await endAll();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  for (const { app: name, kills } of apps) {
    it(`loses nothing and doubles nothing over ${kills} kills (${name})`, async () => {
      const app = path.resolve(__dirname, '../fixtures/apps', name);
      for (let done = 0; done < kills; done += killsOfFolder) {
        const seed = firstSeed + done / killsOfFolder;
        const plan = { app, data: path.join(folder, `${name}-${seed}`), kills: Math.min(killsOfFolder, kills - done), seed };
        console.log(`      ${await killAndLook(plan)}`);
      }
    });
  }
});
