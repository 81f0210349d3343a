import { type OrchestrationContext, TaskHubGrpcWorker, type TOrchestrator } from '@microsoft/durabletask-js';
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Emulator, startEmulator } from '../../src/emulator/emulator';
import type { RunningEmulator } from '../../src/vscode/emulators/app-emulator';
import { attachToEmulator } from '../../src/vscode/emulators/attach-emulator';
import { lookBothWays, openConnected } from '../grpc/replay-helpers';
import { StubClient, StubWorker } from '../grpc/stub-worker';

const silent = (): undefined => undefined;
const quiet = { error: silent, warn: silent, info: silent, debug: silent };

/** Resolves once `holds`, which is asked now and whenever the emulator tells something. */
function once(attached: RunningEmulator, holds: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    if (holds()) {
      resolve();
      return;
    }
    const subscription = attached.onEvent(() => {
      if (!holds()) return;
      subscription.dispose();
      resolve();
    });
  });
}

describe('an emulator that another window or the command line runs', () => {
  let folder = '';
  let emulator: Emulator;
  let attached: RunningEmulator;
  let client: StubClient;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'durascope-attach-'));
    emulator = await startEmulator({
      appDir: folder,
      app: false,
      port: 0,
      grpc: { port: 0 },
      dataDir: path.join(folder, 'data'),
      logger: silent,
    });
    client = new StubClient(`localhost:${emulator.grpc?.port ?? 0}`);
    const found = await attachToEmulator(path.join(folder, 'data'), silent);
    assert.ok(found !== undefined);
    attached = found;
  });
  after(async () => {
    await attached.stop();
    client.close();
    await emulator.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  it('says where programs of the Durable Task SDKs connect', () => {
    assert.deepEqual(attached.grpc, emulator.grpc);
    assert.deepEqual(attached.connectedWorkers(), []);
  });

  it('steps through what a connected program runs, in its own process', async () => {
    const program = new TaskHubGrpcWorker({ hostAddress: `localhost:${emulator.grpc?.port ?? 0}`, logger: quiet });
    // eslint-disable-next-line @typescript-eslint/require-await -- orchestrators of this SDK are asynchronous generators that only yield
    program.addNamedOrchestrator('Tour', async function* (context: OrchestrationContext) {
      const greeting: unknown = yield context.callActivity('Greet', 'Tokyo');
      context.setCustomStatus('greeted');
      return greeting;
    } as TOrchestrator);
    program.addNamedActivity('Greet', (_, city) => `Hello ${String(city)}!`);
    await program.start();
    const { instanceId } = await attached.hub.start({ name: 'Tour' });
    await attached.hub.waitForCompletion(instanceId, 20_000);
    const timeline = await openConnected(attached, instanceId);
    await lookBothWays(timeline);
    assert.deepEqual(
      timeline.steps.map(({ customStatus }) => customStatus),
      [null, '"greeted"'],
    );
    await timeline.dispose();
    await program.stop();
    await once(attached, () => attached.connectedWorkers().length === 0);
  });

  it('shows the programs that have connected, what they run, and that they left', async () => {
    const worker = new StubWorker(client, {
      workItemFilters: {
        orchestrations: [{ name: 'HelloCities', versions: [] }],
        activities: [{ name: 'SayHello', versions: [] }],
        entities: [],
      },
    });
    await once(attached, () => attached.connectedWorkers().length === 1);
    assert.deepEqual(attached.connectedWorkers(), emulator.connectedWorkers());
    assert.deepEqual(
      attached.connectedWorkers().map((each) => each.orchestrators),
      [['HelloCities']],
    );
    const late = await attachToEmulator(path.join(folder, 'data'), silent);
    assert.ok(late !== undefined);
    assert.deepEqual(late.connectedWorkers(), emulator.connectedWorkers(), 'known from the start to who comes later');
    await late.stop();
    worker.cancel();
    await once(attached, () => attached.connectedWorkers().length === 0);
  });

  it('tells all who listen when it has ended, and once', async () => {
    const dataDir = path.join(folder, 'ends');
    const other = await startEmulator({ appDir: folder, app: false, port: 0, dataDir, logger: silent });
    const attached = await attachToEmulator(dataDir, silent);
    assert.ok(attached !== undefined);
    let told = 0;
    const all = Promise.all(Array.from({ length: 20 }, () => new Promise((resolve) => attached.onLost(resolve))));
    attached.onLost(() => told++);
    await attached.hub.countByStatus();
    await other.stop();
    await all;
    assert.equal(told, 1);
    assert.equal(await attachToEmulator(dataDir, silent), undefined);
  });

  it('is not there where nobody runs one', async () => {
    assert.equal(await attachToEmulator(path.join(folder, 'other'), silent), undefined);
  });
});
