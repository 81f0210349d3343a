/**
 * Nothing lost with a worker of the Durable Task SDK: the emulator is killed again and again in the middle of a mixed load while its worker
 * stays; it comes back on the same port and data, the worker connects again. In the end every acknowledged start, event and signal is
 * there, every instance has ended as it would have, no history holds a row twice, and no account is locked or has lost anything.
 *
 * `DURASCOPE_GRPC_KILLS` sets the number of kills (default 5), `DURASCOPE_SEED` what chance decides.
 */
import {
  EntityInstanceId,
  type LockHandle,
  type OrchestrationContext,
  TaskEntity,
  TaskHubGrpcClient,
  TaskHubGrpcWorker,
  type TOrchestrator,
  whenAll,
} from '@microsoft/durabletask-js';
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { HistoryEvent } from '../../src/core/history/history';
import { DurascopePrograms, type Serving } from '../support/durascope-program';
import { assertNoRowTwice } from '../support/no-row-twice';
import { randomOf } from '../support/seeded-random';

const kills = Number(process.env['DURASCOPE_GRPC_KILLS'] ?? '5');
const silent = { error: () => undefined, warn: () => undefined, info: () => undefined, debug: () => undefined };
const opening = 1000;
const accounts = ['a', 'b', 'c', 'd', 'e'].map((key) => new EntityInstanceId('account', key));
const hits = new EntityInstanceId('account', 'hits');

class Account extends TaskEntity<number> {
  add(amount: number): number {
    return (this.state += amount);
  }

  protected override initializeState(): number {
    return opening;
  }
}

const addOne = (_: unknown, n: number): number => n + 1;

interface Transfer {
  from: number;
  to: number;
  amount: number;
}

/* eslint-disable @typescript-eslint/require-await -- orchestrators of this SDK are asynchronous generators that only yield */
const programs = {
  Chain: async function* (context: OrchestrationContext, length: number) {
    let sum = 0;
    for (let i = 0; i < length; i++) sum = (yield context.callActivity(addOne, sum)) as number;
    return sum;
  },
  Parent: async function* (context: OrchestrationContext, length: number) {
    const parts = (yield whenAll([1, 2, 3].map(() => context.callSubOrchestrator('Chain', length)))) as number[];
    yield context.createTimer(0.05);
    return parts.reduce((a, b) => a + b, 0);
  },
  Timers: async function* (context: OrchestrationContext, count: number) {
    const now = context.currentUtcDateTime.getTime();
    yield whenAll(Array.from({ length: count }, (_, i) => context.createTimer(new Date(now + 20 * i))));
    return count;
  },
  Events: async function* (context: OrchestrationContext, count: number) {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += (yield context.waitForExternalEvent('Add')) as number;
    return sum;
  },
  Again: async function* (context: OrchestrationContext, [left, sum]: [number, number]) {
    const next = (yield context.callActivity(addOne, sum)) as number;
    if (left > 1) context.continueAsNew([left - 1, next], true);
    return next;
  },
  Transfer: async function* (context: OrchestrationContext, { from, to, amount }: Transfer) {
    const ids = [accounts[from] ?? hits, accounts[to] ?? hits] as const;
    const lock = (yield context.entities.lockEntities(...ids)) as LockHandle;
    yield context.entities.callEntity(ids[0], 'add', -amount);
    yield context.entities.callEntity(ids[1], 'add', amount);
    lock.release();
    return amount;
  },
} as unknown as Record<Kind, TOrchestrator>;
/* eslint-enable @typescript-eslint/require-await */

const kinds = ['Chain', 'Parent', 'Timers', 'Events', 'Again', 'Transfer'] as const;
type Kind = (typeof kinds)[number];

interface Started {
  id: string;
  kind: Kind;
  size: number;
  input: unknown;
  /** Without an answer it may or may not be there. */
  isSure: boolean;
  events: number[];
  /** Events whose answer never came: they may or may not count. */
  unsure: number[];
}

function outputOf({ kind, size, input }: Started): number {
  if (kind === 'Transfer') return (input as Transfer).amount;
  return kind === 'Parent' ? 3 * size : size;
}

/** A client whose connection is there: gRPC's own waits a while before it tries again where nobody answered. */
async function connected(hostAddress: string): Promise<TaskHubGrpcClient> {
  const options = { 'grpc.use_local_subchannel_pool': 1 };
  const client = new TaskHubGrpcClient({ hostAddress, logger: silent, options });
  await client.getOrchestrationState('nobody');
  return client;
}

describe('killing the emulator under a worker of the Durable Task SDK', () => {
  const emulators = new DurascopePrograms();
  let folder: string;
  let port = 0;
  let serving: Serving;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'durascope-grpc-kill-'));
  });
  after(async () => {
    await emulators.endAll();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  const start = async (): Promise<void> => {
    serving = await emulators.start([folder, '--port', '0', '--grpc-port', String(port), '--data', path.join(folder, 'data')]);
    port = (serving.ready as unknown as { grpc: { port: number } }).grpc.port;
  };

  it(`loses no instance, event or signal over ${kills} kills, and runs every instance to its end`, async function () {
    this.timeout(20 * 60_000);
    const seed = Number(process.env['DURASCOPE_SEED'] ?? String(Date.now() % 1_000_000));
    const random = randomOf(seed);
    const upTo = (n: number): number => Math.floor(random() * n);
    await start();
    const address = `127.0.0.1:${port}`;
    const worker = new TaskHubGrpcWorker({ hostAddress: address, logger: silent });
    for (const kind of kinds) worker.addNamedOrchestrator(kind, programs[kind]);
    worker.addNamedEntity('account', () => new Account());
    worker.addActivity(addOne);
    await worker.start();

    const all: Started[] = [];
    const signals = { sure: 0, unsure: 0 };

    const startOne = async (client: TaskHubGrpcClient): Promise<void> => {
      const kind = kinds[upTo(kinds.length)] ?? 'Chain';
      const size = 2 + upTo(5);
      const transfer: Transfer = { from: upTo(5), to: upTo(5), amount: 1 + upTo(50) };
      if (transfer.to === transfer.from) transfer.to = (transfer.to + 1) % 5;
      const input = kind === 'Transfer' ? transfer : kind === 'Again' ? [size, 0] : size;
      const one: Started = { id: `k${all.length}`, kind, size, input, isSure: false, events: [], unsure: [] };
      all.push(one);
      await client.scheduleNewOrchestration(kind, input, one.id);
      one.isSure = true;
    };
    const raiseOne = async (client: TaskHubGrpcClient, to: Started): Promise<void> => {
      const value = 1 + upTo(1000);
      to.unsure.push(value);
      await client.raiseOrchestrationEvent(to.id, 'Add', value);
      to.unsure.splice(to.unsure.indexOf(value), 1);
      to.events.push(value);
    };
    const signalOne = async (client: TaskHubGrpcClient): Promise<void> => {
      signals.unsure++;
      await client.signalEntity(hits, 'add', 1);
      signals.unsure--;
      signals.sure++;
    };
    const load = async (client: TaskHubGrpcClient, isOver: () => boolean): Promise<void> => {
      try {
        while (!isOver()) {
          const open = all.filter(
            (one) => one.kind === 'Events' && one.isSure && one.events.length + one.unsure.length < one.size,
          );
          const target = open[upTo(open.length)];
          const choice = random();
          if (choice < 0.2) await signalOne(client);
          else if (choice < 0.6 && target !== undefined) await raiseOne(client, target);
          else await startOne(client);
        }
      } catch {
        // The connection broke: the emulator is dead.
      }
    };

    try {
      for (let kill = 0; kill < kills; kill++) {
        // Most kills hit a worker at work, some one that has not come back yet.
        if (random() >= 0.15) await serving.line((line) => line['event'] === 'connectedWorkersChanged');
        let isOver = false;
        const clients = await Promise.all([1, 2].map(() => connected(address)));
        const loads = clients.flatMap((client) => [1, 2, 3, 4].map(() => load(client, () => isOver)));
        await new Promise((resolve) => setTimeout(resolve, random() < 0.2 ? random() * 15 : random() * 600));
        isOver = true;
        await serving.kill();
        await Promise.all(loads);
        for (const client of clients) void client.stop(); // It rests for a second afterwards, which nobody waits for.
        await start();
      }

      // The last life: everything comes to its end.
      const client = await connected(address);
      try {
        let ended = 0;
        for (const one of all) {
          const at = `seed ${seed}: ${one.kind} ${one.id}`;
          if (!one.isSure && (await client.getOrchestrationState(one.id)) === undefined) continue;
          // An event without an answer may or may not count: as many more are sent as could be missing.
          if (one.kind === 'Events') {
            for (let i = one.events.length; i < one.size; i++) await client.raiseOrchestrationEvent(one.id, 'Add', 0);
          }
          const state = await client.waitForOrchestrationCompletion(one.id, true, 120);
          assert.ok(state, `${at}: the acknowledged start is lost`);
          const output = Number(state.serializedOutput);
          if (one.kind === 'Events') {
            const sure = one.events.reduce((a, b) => a + b, 0);
            const most = sure + one.unsure.reduce((a, b) => a + b, 0);
            assert.ok(output >= sure && output <= most, `${at} says ${output}: from ${sure} to ${most}`);
          } else {
            assert.equal(output, outputOf(one), `${at} ${JSON.stringify(state.failureDetails ?? state.runtimeStatus)}`);
          }
          const history = await fetch(`${serving.ready.url}/durascope/instances/${one.id}/history`);
          assertNoRowTwice(at, (await history.json()) as HistoryEvent[]);
          ended++;
        }
        const balance = async (id: EntityInstanceId): Promise<number> => (await client.getEntity<number>(id))?.state ?? opening;
        const deadline = Date.now() + 60_000;
        while ((await balance(hits)) - opening < signals.sure && Date.now() < deadline) {
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
        const counted = (await balance(hits)) - opening;
        assert.ok(
          counted >= signals.sure && counted <= signals.sure + signals.unsure,
          `seed ${seed}: ${counted} signals count of ${signals.sure}, and ${signals.unsure} without an answer`,
        );
        const balances = await Promise.all(accounts.map(balance));
        assert.equal(
          balances.reduce((a, b) => a + b, 0),
          opening * accounts.length,
          `seed ${seed}: balances ${balances.join(', ')}`,
        );
        for (const id of [...accounts, hits]) {
          const locker = (await client.getEntity<number>(id))?.lockedBy;
          assert.equal(locker, undefined, `seed ${seed}: ${id.toString()} is locked`);
        }
        const events = all.reduce((sum, one) => sum + one.events.length, 0);
        const sure = all.filter((one) => one.isSure).length;
        console.log(
          `      kills ${kills}, seed ${seed}: ${sure} starts, ${events} events and ${signals.sure} signals acknowledged, all there; ` +
            `${ended} instances ended as they should; ${all.length - sure} starts and ${signals.unsure} signals died unanswered`,
        );
      } finally {
        await client.stop();
      }
    } finally {
      await worker.stop();
    }
  });
});
