import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DurascopeError } from '../../src/core/values/errors';
import { openStored } from '../../src/emulator/data/stored-emulator';
import type { Emulator } from '../../src/emulator/emulator-types';
import { SqlJsHistoryStore } from '../../src/store/sql-js-history-store';
import { counter } from '../support/entity-script';
import type { Script } from '../support/script-types';
import { TestHub } from '../support/test-hub';

const waits: Script = function* (context) {
  return yield context.waitEvent('Go');
};

describe('what earlier sessions have left, while the emulator is stopped', () => {
  let dir: string;
  let stored: Emulator | undefined;
  beforeEach(async () => {
    dir = mkdtempSync(path.join(tmpdir(), 'durascope-stored-'));
    const store = new SqlJsHistoryStore({ dir, log: () => undefined });
    const hub = await TestHub.open({ scripts: { Waits: waits }, entities: { Counter: counter }, store });
    await hub.start('Waits', { instanceId: 'w' });
    await hub.signal('@counter@a', 'add', 5);
    await hub.dispose();
  });
  afterEach(async () => {
    await stored?.stop();
    stored = undefined;
    rmSync(dir, { recursive: true, force: true });
  });
  const open = async (): Promise<Emulator> => (stored = await openStored({ appDir: dir, dataDir: dir, logger: () => undefined }));

  it('can be read: instances, histories, what they wait for, entities', async () => {
    const { hub } = await open();
    assert.deepEqual(await hub.countByStatus(), { Running: 2 });
    assert.equal((await hub.get('w'))?.runtimeStatus, 'Running');
    assert.equal((await hub.history('w'))[0]?.EventType, 'OrchestratorStarted');
    assert.deepEqual((await hub.waitingFor('w')).events, ['Go']);
    assert.equal((await hub.getEntity('@Counter@a'))?.state, '5');
    assert.equal((await hub.queryEntities({ includeState: true })).entities[0]?.state, '5');
    assert.equal((await hub.query({ names: ['Waits'] })).instances.length, 1);
  });

  it('stands still: whatever would change something says to start the emulator', async () => {
    const emulator = await open();
    const { hub } = emulator;
    const refused = [
      hub.raiseEvent('w', 'Go', null),
      hub.start({ name: 'Waits' }),
      hub.purge('w'),
      hub.signalEntity('@counter@a', 'add'),
      emulator.time.setClock({ to: 0 }),
      emulator.inspect(1),
    ];
    for (const each of refused) {
      await assert.rejects(each, (error) => DurascopeError.is(error, 'Stopped') && /Start it/.test(error.message));
    }
    await assert.rejects(hub.waitingFor('none'), (error) => DurascopeError.is(error, 'InstanceNotFound'));
  });

  it('belongs to whoever reads it until that has ended, and is as it was', async () => {
    const first = await open();
    const { hub } = first;
    const before = await hub.history('w');
    const other = new SqlJsHistoryStore({ dir, log: () => undefined });
    await assert.rejects(other.open(), (error) => DurascopeError.is(error, 'StoreLocked'));
    await first.stop();
    const again = await open();
    assert.deepEqual(await again.hub.history('w'), before);
  });
});
