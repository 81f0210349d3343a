/** The in-process sidecar that the Durable Task SDK for .NET has for tests (Microsoft.DurableTask.InProcessTestHost), looked at as a hub. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { DurascopeError, type DurascopeErrorCode } from '../../src/core/values/errors';
import { SystemClock } from '../../src/emulator/time/system-clock';
import type { AttachedHub } from '../../src/hubs/attached-hub';
import { hubTarget } from '../../src/hubs/hub-target';
import { openHub } from '../../src/hubs/open-hub';
import { builtApp } from '../support/built-dotnet-app';

const sources = path.resolve('test/fixtures/apps/in-process-sidecar');

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('the in-process sidecar of a program in C#, attached', function () {
  let child: ChildProcess | undefined;
  let hub: AttachedHub;
  const refused = (promise: Promise<unknown>, code: DurascopeErrorCode, message: RegExp): Promise<void> =>
    assert.rejects(promise, (error) => {
      assert.ok(DurascopeError.is(error, code), String(error));
      assert.match(error.message, message);
      return true;
    });
  before(async function () {
    const built = await builtApp('the in-process sidecar', sources, 'bin/Debug/net10.0/Sidecar.dll');
    if (built === null) return this.skip();
    const port = await freePort();
    const started = spawn('dotnet', [path.join(built, 'bin/Debug/net10.0/Sidecar.dll'), String(port)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    child = started;
    const lines = createInterface({ input: started.stdout });
    await new Promise<void>((resolve, reject) => {
      lines.on('line', (line) => {
        if (line.startsWith('READY')) resolve();
      });
      started.once('error', reject);
      started.once('exit', () => reject(new Error('The sidecar has ended.')));
    });
    hub = await openHub(hubTarget(`grpc://localhost:${port}`), { clock: new SystemClock(), mayAct: true });
  });
  after(async () => {
    if (child === undefined) return;
    hub.dispose();
    const gone = once(child, 'close');
    child.stdin?.end();
    await gone;
  });

  it('lists, filters and counts its instances, and has them one by one', async () => {
    const { instances } = await hub.query({});
    assert.deepEqual(
      // In an order of the sidecar's own.
      instances.map(({ instanceId, name, runtimeStatus }) => [instanceId, name, runtimeStatus]).sort(),
      [
        ['fail', 'Fail', 'Failed'],
        ['greet', 'Greet', 'Completed'],
        ['greet-child', 'Child', 'Completed'],
        ['wait', 'Wait', 'Running'],
        ['wait2', 'Wait', 'Running'],
      ],
    );
    assert.deepEqual(
      (await hub.query({ statuses: ['Failed'] })).instances.map(({ instanceId }) => instanceId),
      ['fail'],
    );
    assert.deepEqual(await hub.countByStatus(), { Completed: 2, Failed: 1, Running: 2 });
    const greet = await hub.get('greet');
    assert.deepEqual([greet?.input, greet?.output, greet?.customStatus], ['"Oslo"', '"Hello Oslo!"', '"greeting"']);
    assert.equal((await hub.get('fail'))?.failureDetails?.ErrorMessage, 'out of stock');
    assert.equal(await hub.get('nobody'), undefined);
  });

  it('has no histories and no entities, and that is said', async () => {
    const { events, notes } = await hub.historyWithNotes('greet');
    assert.deepEqual(events, []);
    assert.match(notes.join(), /gives no history of an instance that has run/);
    assert.match((await hub.facts()).notes.join(), /has no QueryEntities/);
  });

  it('is acted on: events, suspend, resume, terminate, restart, purge, start; what it has not is said by name', async () => {
    await hub.suspend('wait', 'hold');
    // Told, not done, when the call is over.
    while ((await hub.get('wait'))?.runtimeStatus !== 'Suspended');
    await hub.resume('wait', null);
    await hub.raiseEvent('wait', 'Go', '"now"');
    assert.equal((await hub.waitForCompletion('wait', 20_000)).output, '"now"');
    await hub.terminate('wait2', 'enough');
    assert.equal((await hub.waitForCompletion('wait2', 20_000)).runtimeStatus, 'Terminated');
    const { instanceId } = await hub.restart('greet', { newInstanceId: true });
    assert.equal((await hub.waitForCompletion(instanceId, 20_000)).output, '"Hello Oslo!"');
    assert.equal(await hub.purge('wait2'), 1);
    assert.equal(await hub.get('wait2'), undefined);
    await hub.start({ name: 'Greet', instanceId: 'again', input: '"Bergen"' });
    assert.equal((await hub.waitForCompletion('again', 20_000)).output, '"Hello Bergen!"');
    await refused(hub.rewind('fail', null), 'NotSupported', /has no RewindInstance/);
    await refused(hub.signalEntity('@counter@a', 'add'), 'NotSupported', /has no SignalEntity/);
  });
});
