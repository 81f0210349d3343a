/**
 * One engine in a process of its own, measured from its start: `node contender.js DIST|memory LOAD [DATA] [DURABILITY] [HUB]`. DIST is a folder
 * with a built emulator.js, `memory` the in-memory backend of the Durable Task SDK for JavaScript (of HTTP and gRPC: nothing, and a backend
 * that does nothing but the protocol). Prints its figures as one JSON line.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import path from 'node:path';
import type { OrchestrationContext, TOrchestrator } from '@microsoft/durabletask-js';
import type { TaskHubClient } from '../src/core/ports/task-hub-client';
import type * as EmulatorProgram from '../src/emulator/emulator';
import { threadsMsOf } from './processor-ms';
import { floor } from './floor';
import { type Figures, programLoads, settled } from './program-loads';

interface Contender {
  /** Resolves when the instance has completed. */
  run(name: string, input?: number): Promise<void>;
  /** Starts one that waits for `Go`, and resolves when it waits. */
  wait(): Promise<string>;
  /** Resolves when what waited has completed. */
  raise(id: string): Promise<void>;
  /** Processor time of all its processes so far, in milliseconds. */
  processorMs: () => number;
  /** That of the app's process alone, where there is one. */
  appMs?: () => number;
  /** Of an emulator. */
  hub?: TaskHubClient;
  stop(): Promise<void>;
}

// This file runs as bench/dist/contender.js.
const appDir = path.join(__dirname, '..', 'app');

async function emulatorOf(dist: string, dataDir: string, durability: 'interval' | 'strict'): Promise<Contender> {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- which build it is, is an argument
  const { startEmulator } = require(path.join(dist, 'emulator.js')) as typeof EmulatorProgram;
  const emulator = await startEmulator({ appDir, port: 0, dataDir, durability, logger: () => undefined });
  const { hub } = emulator;
  const completed = async (id: string): Promise<void> => {
    const row = await hub.waitForCompletion(id, 120_000);
    if (row.runtimeStatus !== 'Completed') throw new Error(`${row.name} ended ${row.runtimeStatus}`);
  };
  return {
    run: async (name, input) => {
      const { instanceId } = await hub.start({ name, input: input === undefined ? null : String(input) });
      await completed(instanceId);
    },
    wait: async () => {
      const { instanceId } = await hub.start({ name: 'Waiter' });
      while ((await hub.get(instanceId))?.runtimeStatus !== 'Running') await new Promise((resolve) => setTimeout(resolve, 2));
      return instanceId;
    },
    raise: async (id) => {
      await hub.raiseEvent(id, 'Go', '1');
      await completed(id);
    },
    processorMs: () => ownProcessorMs() + threadsMsOf(emulator.workerPid),
    appMs: () => threadsMsOf(emulator.workerPid),
    hub,
    stop: () => emulator.stop(),
  };
}

async function inMemory(): Promise<Contender> {
  const { InMemoryOrchestrationBackend, TestOrchestrationClient, TestOrchestrationWorker } =
    await import('@microsoft/durabletask-js');
  const sayHello = (_: unknown, city: string): string => `Hello ${city}!`;
  const square = (_: unknown, n: number): number => n * n;
  /* eslint-disable @typescript-eslint/require-await -- orchestrators of this SDK are asynchronous generators that only yield */
  const HelloCities5 = async function* HelloCities5(context: OrchestrationContext) {
    const outputs: string[] = [];
    for (const city of ['Tokyo', 'Seattle', 'London', 'Cairo', 'Lima'])
      outputs.push((yield context.callActivity(sayHello, city)) as string);
    return outputs;
  } as TOrchestrator;
  const Chain = async function* Chain(context: OrchestrationContext, n: number) {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += (yield context.callActivity(square, i)) as number;
    return sum;
  } as TOrchestrator;
  const Waiter = async function* Waiter(context: OrchestrationContext) {
    return (yield context.waitForExternalEvent('Go')) as unknown;
  } as TOrchestrator;
  /* eslint-enable @typescript-eslint/require-await */
  // Its executor prints a line an episode, which is not what is measured.
  console.info = console.debug = () => undefined;
  const backend = new InMemoryOrchestrationBackend();
  const client = new TestOrchestrationClient(backend);
  const worker = new TestOrchestrationWorker(backend);
  for (const orchestrator of [HelloCities5, Chain, Waiter]) worker.addOrchestrator(orchestrator);
  for (const activity of [sayHello, square]) worker.addActivity(activity);
  await worker.start();
  return {
    run: async (name, input) => {
      const id = await client.scheduleNewOrchestration(name, input);
      const state = await client.waitForOrchestrationCompletion(id, true, 120);
      if (Number(state?.runtimeStatus) !== 1) throw new Error(`${name} ended ${String(state?.runtimeStatus)}`);
    },
    wait: async () => {
      const id = await client.scheduleNewOrchestration('Waiter');
      await client.waitForOrchestrationStart(id, false, 60);
      return id;
    },
    raise: async (id) => {
      await client.raiseOrchestrationEvent(id, 'Go', 1);
      await client.waitForOrchestrationCompletion(id, false, 60);
    },
    processorMs: ownProcessorMs,
    stop: async () => {
      await worker.stop();
      await client.stop();
    },
  };
}

/** As warm as an emulator is after its rehearsal. For W1 only. */
async function onlyMessages(): Promise<Contender> {
  const { run, pid, stop } = await floor();
  for (let i = 0; i < 310; i++) await run();
  const none = (): Promise<never> => Promise.reject(new Error('The floor has one orchestrator.'));
  return {
    run,
    wait: none,
    raise: none,
    processorMs: () => ownProcessorMs() + threadsMsOf(pid),
    appMs: () => threadsMsOf(pid),
    stop,
  };
}

function ownProcessorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Time, processor time of all processes and, where there is one, of the app's process alone. */
async function taken(contender: Contender, name: string, run: () => Promise<unknown>): Promise<Figures> {
  const processor = contender.processorMs();
  const app = contender.appMs?.();
  const ms = await elapsed(run);
  const figures: Figures = { [name]: ms, [`${name}, processor time`]: contender.processorMs() - processor };
  if (app !== undefined) figures[`${name}, processor time of the app's process`] = (contender.appMs?.() ?? 0) - app;
  return figures;
}

async function elapsed(run: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await run();
  return performance.now() - began;
}

const percentile = (values: readonly number[], p: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * p))] ?? Number.NaN;

const loads: Readonly<Record<string, (contender: Contender) => Promise<Figures>>> = {
  async W1(contender) {
    const loop = monitorEventLoopDelay({ resolution: 1 });
    const thousand = (): Promise<unknown> => Promise.all(Array.from({ length: 1000 }, () => contender.run('HelloCities5')));
    loop.enable();
    const figures = await taken(contender, 'W1 1,000 at once, fresh', thousand);
    loop.disable();
    if (contender.hub !== undefined) figures['W1 event loop, p99'] = loop.percentile(99) / 1e6;
    return { ...figures, ...(await taken(contender, 'W1 the second 1,000', thousand)) };
  },
  async W2(contender) {
    const first = await elapsed(() => contender.run('HelloCities5'));
    const times = [first];
    let processor = contender.processorMs();
    while (times.length < 200) times.push(await elapsed(() => contender.run('HelloCities5')));
    const early = contender.processorMs() - processor;
    for (let i = 0; i < 600; i++) await contender.run('HelloCities5');
    processor = contender.processorMs();
    const steady: number[] = [];
    for (let i = 0; i < 200; i++) steady.push(await elapsed(() => contender.run('HelloCities5')));
    return {
      'W2 first instance': first,
      'W2 first 200, p50': percentile(times, 0.5),
      'W2 first 200, p99': percentile(times, 0.99),
      'W2 first 200, processor time each': early / 199,
      'W2 after 800, p50': percentile(steady, 0.5),
      'W2 after 800, processor time each': (contender.processorMs() - processor) / 200,
    };
  },
  async W3(contender) {
    // In memory it is not over within minutes.
    if (contender.hub === undefined) return {};
    const fan = (name: string): Promise<Figures> => taken(contender, name, () => contender.run('FanOut', 5000));
    return { ...(await fan('W3 fan-out of 5,000, fresh')), ...(await fan('W3 the second one')) };
  },
  async W4(contender) {
    const chain = (name: string, n: number): Promise<Figures> => taken(contender, name, () => contender.run('Chain', n));
    return { ...(await chain('W4 chain of 500, fresh', 500)), ...(await chain('W4 chain of 2,000 after it', 2000)) };
  },
  async W5(contender) {
    const round = async (name: string): Promise<Figures> => {
      const ids = await Promise.all(Array.from({ length: 200 }, () => contender.wait()));
      return taken(contender, name, () => Promise.all(ids.map((id) => contender.raise(id))));
    };
    const figures = { ...(await round('W5 200 events, fresh')), ...(await round('W5 200 events, second time')) };
    const later: Figures[] = [];
    while (later.length < 9) later.push(await round('W5 200 events, third to eleventh time'));
    for (const name of Object.keys(later[0] ?? {}))
      figures[name] = percentile(
        later.map((each) => each[name] ?? Number.NaN),
        0.5,
      );
    return figures;
  },
  async E1(contender) {
    const { hub } = contender;
    if (hub === undefined) return {};
    const count = 3000;
    const signals = (entities: number): Promise<Figures> =>
      taken(contender, `E1 3,000 signals to ${entities === 1 ? 'one entity' : `${entities} entities`}`, async () => {
        const prefix = `@counter@s${entities}-`;
        await Promise.all(
          Array.from({ length: count }, (_, at) => hub.signalEntity(`${prefix}${at % entities}`, 'add', { input: '1' })),
        );
        for (;;) {
          const { entities: found } = await hub.queryEntities({ instanceIdPrefix: prefix, includeState: true });
          if (found.reduce((sum, each) => sum + Number(each.state), 0) >= count) return;
          await new Promise((resolve) => setTimeout(resolve, 2));
        }
      });
    return { ...(await signals(1)), ...(await signals(100)) };
  },
  async E2(contender) {
    if (contender.hub === undefined) return {};
    return taken(contender, 'E2 100 callers, 20 calls each', () =>
      Promise.all(Array.from({ length: 100 }, () => contender.run('CallEntity', 20))),
    );
  },
  async E3(contender) {
    if (contender.hub === undefined) return {};
    return taken(contender, 'E3 200 want the same two locks', () =>
      Promise.all(Array.from({ length: 200 }, () => contender.run('CriticalSection'))),
    );
  },
};

async function main(): Promise<void> {
  const [which = '', name = '', dataDir = '', durability = '', hubDir = ''] = process.argv.slice(2);
  const ofProgram = programLoads[name];
  if (ofProgram !== undefined) {
    console.log(JSON.stringify(await ofProgram({ which, appDir, dataDir, durability, hubDir })));
    return;
  }
  const load = loads[name];
  if (load === undefined) throw new Error(`There is no load ${name}.`);
  const began = performance.now();
  const contender =
    which === 'memory'
      ? await inMemory()
      : which === 'floor'
        ? await onlyMessages()
        : await emulatorOf(which, dataDir, durability === 'strict' ? 'strict' : 'interval');
  const started = performance.now() - began;
  await settled(contender.processorMs);
  const figures = await load(contender);
  console.log(JSON.stringify({ ...figures, [`${name} start`]: started }));
  await contender.stop();
}

void main().then(() => process.exit(0));
