/** What host.json says to function apps of the gRPC passthrough dialect (durable-functions 4). */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Emulator, startEmulator } from '../../src/emulator/emulator';
import { WorkerFixture } from '../workers/worker-fixture';

describe('host.json of a function app of the gRPC dialect', () => {
  const fixture = new WorkerFixture();
  let emulator: Emulator | null = null;

  afterEach(async () => {
    await emulator?.stop();
    emulator = null;
  });
  after(() => fixture.cleanUp());

  async function open(durableTask: Record<string, unknown>): Promise<Emulator> {
    const dir = await fixture.copy('passthrough', { packages: ['@microsoft', '@grpc'] });
    await writeFile(path.join(dir, 'host.json'), JSON.stringify({ version: '2.0', extensions: { durableTask } }));
    return (emulator = await startEmulator({ appDir: dir, port: 0, grpc: { port: 0 }, memory: true, logger: () => undefined }));
  }
  const start = async (hub: Emulator['hub'], version: string): Promise<string> =>
    (await hub.start({ name: 'Version', version })).instanceId;

  it('keeps instances of newer versions waiting: they can be terminated, and others run', async () => {
    const { hub } = await open({ defaultVersion: '2.0', versionMatchStrategy: 'CurrentOrOlder' });
    const newer = await start(hub, '2.1');
    const older = await start(hub, '1.9');
    assert.equal((await hub.waitForCompletion(older, 20_000)).output, '"1.9"');
    assert.equal((await hub.get(newer))?.runtimeStatus, 'Pending');
    await hub.terminate(newer, '"enough"');
    assert.equal((await hub.waitForCompletion(newer, 20_000)).runtimeStatus, 'Terminated');
  });

  it('fails instances of other versions where it says so, with the error type that clients know', async () => {
    const { hub } = await open({ defaultVersion: '2.0', versionMatchStrategy: 'Strict', versionFailureStrategy: 'Fail' });
    const { runtimeStatus, failureDetails } = await hub.waitForCompletion(await start(hub, '1.9'), 20_000);
    assert.deepEqual([runtimeStatus, failureDetails?.ErrorType], ['Failed', 'VersionMismatch']);
    assert.equal((await hub.waitForCompletion(await start(hub, '2.0'), 20_000)).output, '"2.0"');
  });

  it("gives the app's clients the largest size of a message", async () => {
    const { url, key } = await open({ maxGrpcMessageSizeInBytes: 12_345_678 });
    const answer = await fetch(`${url}/api/Binding`, { method: 'POST', headers: { 'x-functions-key': key }, body: '{}' });
    const binding = (await answer.json()) as { maxGrpcMessageSizeInBytes?: number };
    assert.equal(binding.maxGrpcMessageSizeInBytes, 12_345_678);
  });
});
