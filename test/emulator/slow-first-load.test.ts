import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Emulator, startEmulator } from '../../src/emulator/emulator';
import { letTimePass } from '../support/let-time-pass';
import { ManualClock } from '../support/manual-clock';
import { WorkerFixture } from '../workers/worker-fixture';

const waits = "console.log('loading');\nwhile (!existsSync('open')) await new Promise((done) => setTimeout(done, 5));\n";
const loads = `import { existsSync } from 'node:fs';
import * as df from 'durable-functions';
${waits}df.app.orchestration('Hello', function* () { return 'hello'; });
`;

describe('an emulator whose app takes too long to load at first', () => {
  const fixture = new WorkerFixture();
  const running: Emulator[] = [];
  afterEach(async () => {
    await Promise.all(running.splice(0).map((emulator) => emulator.stop()));
    await fixture.cleanUp();
  });

  it('loads it again with more time, or when a file changes, and may be stopped meanwhile', async () => {
    const files = { 'package.json': '{"main": "a.mjs"}', 'a.mjs': loads, 'host.json': '{"version": "2.0"}' };
    const appDir = await fixture.copy(null, { files });
    const clock = new ManualClock();
    const logged: string[] = [];
    let heard = (): void => undefined;
    const said = async (look: (line: string) => boolean): Promise<void> => {
      while (!logged.some(look)) await new Promise<void>((resolve) => (heard = resolve));
      logged.length = 0;
    };
    const start = async (): Promise<Emulator> => {
      const starting = startEmulator({
        ...{ appDir, memory: true, port: 0, brokenApp: 'wait' as const, rehearsal: false, loadTime: clock },
        logger: ({ message }) => {
          logged.push(message);
          heard();
        },
      });
      await said((line) => line === 'loading');
      const emulator = await letTimePass(clock, starting);
      running.push(emulator);
      return emulator;
    };
    const isLoaded = (emulator: Emulator): Promise<void> =>
      new Promise((resolve) => {
        if (emulator.functions().length > 0) resolve();
        emulator.onEvent(({ type }) => type === 'functionsChanged' && resolve());
      });

    const emulator = await start();
    assert.match(emulator.appError?.message ?? '', /^The app did not finish loading within 60 s\. Look for/);
    await said((line) => line === 'loading');
    await writeFile(path.join(appDir, 'open'), '');
    await isLoaded(emulator);
    assert.equal(emulator.appError, null);
    await emulator.stop();

    await writeFile(path.join(appDir, 'a.mjs'), loads.replace("'open'", "'never'"));
    const second = await start();
    await said((line) => line === 'loading');
    await writeFile(path.join(appDir, 'a.mjs'), loads.replace(waits, ''));
    await isLoaded(second);
    await second.stop();

    await writeFile(path.join(appDir, 'a.mjs'), loads.replace("'open'", "'never'"));
    const third = await start();
    await said((line) => line === 'loading');
    await third.stop();
    assert.equal(third.workerPid, undefined);
  });
});
