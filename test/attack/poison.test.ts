/** Work that ends the app's process, beside work that does not: through the built program and the whole emulator, in real time. */
import assert from 'node:assert/strict';
import { startEmulator, type Emulator } from '../../src/emulator/emulator';
import type { LogEntry } from '../../src/core/ports/logger';
import { WorkerFixture } from '../workers/worker-fixture';

/** Ways to end a process, and whether it can still say whose doing it is. */
const ways: Readonly<Record<string, string>> = {
  'process.exit': 'process.exit(3)',
  'process.exit later': 'await new Promise((done) => setTimeout(done, 20)); process.exit(3)',
  'a signal': 'process.kill(process.pid, "SIGKILL"); await new Promise(() => {})',
  'an exception nobody catches': 'setTimeout(() => { throw new Error("loose"); }, 5); await new Promise(() => {})',
  abort: 'process.abort()',
};

describe('work that ends the process of the app', function () {
  this.timeout(120_000);
  const fixture = new WorkerFixture();
  let emulator: Emulator | undefined;
  afterEach(async () => {
    await emulator?.stop();
    emulator = undefined;
    await fixture.cleanUp();
  });

  for (const [way, code] of Object.entries(ways)) {
    it(`by ${way}: fifty innocents in flight with it complete, and the guilty one is named`, async () => {
      const dir = await fixture.copy(null, {
        files: {
          'package.json': '{"main": "a.js"}',
          'host.json': '{"version": "2.0"}',
          'a.js': `const df = require('durable-functions');
df.app.activity('fine', { handler: (n) => new Promise((done) => setTimeout(done, 30, n)) });
df.app.activity('poison', { handler: async () => { ${code}; } });
df.app.orchestration('good', function* (context) { return yield context.df.callActivity('fine', 1); });
df.app.orchestration('bad', function* (context) { return yield context.df.callActivity('poison'); });`,
        },
      });
      const logs: LogEntry[] = [];
      emulator = await startEmulator({
        appDir: dir,
        port: 0,
        memory: true,
        logger: (entry: LogEntry) => void logs.push(entry),
      });
      const { hub } = emulator;
      await hub.start({ name: 'bad', instanceId: 'bad', input: null });
      const ids = Array.from({ length: 50 }, (_, index) => `good-${index}`);
      await Promise.all(ids.map((instanceId) => hub.start({ name: 'good', instanceId, input: null })));
      for (const id of ids) {
        assert.equal((await hub.waitForCompletion(id, 60_000)).runtimeStatus, 'Completed');
      }
      for (;;) {
        if (logs.some(({ message, instanceId }) => instanceId === 'bad' && /'poison' ends the process of the app/.test(message)))
          break;
        await new Promise((done) => setTimeout(done, 20));
      }
      assert(!logs.some(({ message }) => /'fine' ends the process/.test(message)));
      assert.equal((await hub.get('bad'))?.runtimeStatus, 'Running');
    });
  }
});
