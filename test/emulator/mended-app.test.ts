import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Emulator, startEmulator } from '../../src/emulator/emulator';
import { WorkerFixture } from '../workers/worker-fixture';

describe('an emulator whose app cannot be loaded because of a file outside of its folder', () => {
  const fixture = new WorkerFixture();
  let emulator: Emulator | undefined;
  afterEach(async () => {
    await emulator?.stop();
    await fixture.cleanUp();
  });

  for (const [kind, main, others] of [
    ['a script', 'a.js', "require('../shared/words.js'); require('durable-functions')"],
    ['an ES module', 'a.mjs', "import '../shared/words.mjs'; import df from 'durable-functions'; df"],
  ] as const) {
    it(`loads it when that is mended (${kind})`, async () => {
      const root = await fixture.copy(null, {
        files: {
          'api/host.json': '{"version": "2.0"}',
          'api/package.json': JSON.stringify({ main }),
          [`api/${main}`]: `${others}.app.orchestration('Hello', function* () {});`,
        },
      });
      const outside = path.join(root, 'shared', main.replace('a', 'words'));
      await mkdir(path.dirname(outside));
      await writeFile(outside, 'const = 1;');
      emulator = await startEmulator({
        ...{ appDir: path.join(root, 'api'), memory: true, port: 0, brokenApp: 'wait' as const, rehearsal: false },
        logger: () => undefined,
      });
      assert.match(emulator.appError?.message ?? '', /SyntaxError/);
      const loaded = new Promise<void>((resolve) => emulator?.onEvent(({ type }) => type === 'functionsChanged' && resolve()));
      await writeFile(outside, '');
      await loaded;
      assert.equal(emulator.functions()[0]?.name, 'Hello');
      // And when it breaks later, and is mended again.
      const events: string[] = [];
      let heard = (): void => undefined;
      emulator.onEvent(({ type }) => {
        events.push(type);
        heard();
      });
      const next = async (type: string): Promise<void> => {
        while (!events.includes(type)) await new Promise<void>((resolve) => (heard = resolve));
        events.length = 0;
      };
      await writeFile(outside, 'const = 1;');
      await next('appError');
      await writeFile(outside, '');
      await next('workerReady');
    });
  }
});
