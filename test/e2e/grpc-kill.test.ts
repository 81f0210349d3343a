/**
 * Nothing lost with a worker of the Durable Task SDK: the emulator is killed again and again while its worker stays; it comes back on the
 * same port and data, the worker connects again, and every instance ends as it would have. `DURASCOPE_GRPC_KILLS`: default 5.
 */
import {
  type OrchestrationContext,
  TaskHubGrpcClient,
  TaskHubGrpcWorker,
  type TOrchestrator,
  whenAll,
} from '@microsoft/durabletask-js';
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DurascopePrograms, type Serving } from '../support/durascope-program';

const kills = Number(process.env['DURASCOPE_GRPC_KILLS'] ?? '5');
const silent = { error: () => undefined, warn: () => undefined, info: () => undefined, debug: () => undefined };

const addOne = (_: unknown, n: number): number => n + 1;

/* eslint-disable @typescript-eslint/require-await -- orchestrators of this SDK are asynchronous generators that only yield */
const chain = async function* chain(context: OrchestrationContext, length: number) {
  let sum = 0;
  for (let i = 0; i < length; i++) sum = (yield context.callActivity(addOne, sum)) as number;
  return sum;
} as TOrchestrator;

const parent = async function* parent(context: OrchestrationContext, length: number) {
  const parts = (yield whenAll([1, 2, 3].map(() => context.callSubOrchestrator(chain, length)))) as number[];
  yield context.createTimer(0.05);
  return parts.reduce((a, b) => a + b, 0);
} as TOrchestrator;
/* eslint-enable @typescript-eslint/require-await */

describe('killing the emulator under a worker of the Durable Task SDK', () => {
  const programs = new DurascopePrograms();
  let folder: string;
  let port = 0;
  let serving: Serving;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'durascope-grpc-kill-'));
  });
  after(async () => {
    await programs.endAll();
    await rm(folder, { recursive: true, force: true });
  });

  const start = async (): Promise<void> => {
    serving = await programs.start([folder, '--port', '0', '--grpc-port', String(port), '--data', path.join(folder, 'data')]);
    port = (serving.ready as unknown as { grpc: { port: number } }).grpc.port;
  };

  it('loses no instance and runs every one to its end', async function () {
    this.timeout(240_000);
    await start();
    const address = `127.0.0.1:${port}`;
    const worker = new TaskHubGrpcWorker({ hostAddress: address, logger: silent });
    worker.addOrchestrator(chain);
    worker.addOrchestrator(parent);
    worker.addActivity(addOne);
    await worker.start();
    const client = new TaskHubGrpcClient({ hostAddress: address, logger: silent });
    const started = new Map<string, number>();
    try {
      for (let kill = 0; kill < kills; kill++) {
        for (let n = 0; n < 5; n++) {
          started.set(await client.scheduleNewOrchestration(parent, 4), 12);
          started.set(await client.scheduleNewOrchestration(chain, 10), 10);
        }
        // Somewhere in the middle: when the first of them has made progress.
        await serving.line((line) => line['event'] === 'instance' && line['runtimeStatus'] === 'Running');
        await serving.kill();
        await start();
      }
      await serving.line((line) => line['event'] === 'connectedWorkersChanged');
      for (const [id, expected] of started) {
        const state = await client.waitForOrchestrationCompletion(id, true, 60);
        assert.equal(state?.serializedOutput, String(expected), id);
      }
    } finally {
      await client.stop();
      await worker.stop();
    }
  });
});
