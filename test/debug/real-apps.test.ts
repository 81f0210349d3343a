import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { SystemClock } from '../../src/emulator/time/system-clock';
import { Engine } from '../../src/engine/engine';
import type { ReplayProvider } from '../../src/debug/replay-provider';
import { openReplay } from '../../src/replay/open-replay';
import type { NodeReplayWorker } from '../../src/workers/node/node-replay-worker';
import { ReplayFixture } from '../replay/replay-fixture';
import { ReplayClient } from '../support/debug-client';
import { MemoryStore } from '../support/memory-store';

/** Orchestrations of the example apps, each with what a step of it must show somewhere on the way. */
const scenarios: { app: string; name: string; input?: unknown; event?: { name: string; data: string }; shows: string }[] = [
  { app: 'custom-status', name: 'E1_HelloSequence', shows: 'outputs' },
  { app: 'hello-cities-ts', name: 'HelloCities', shows: 'outputs' },
  { app: 'patterns', name: 'BackupSiteContent', input: 3, shows: 'copies' },
  { app: 'patterns-ts', name: 'ProvisionDevices', shows: 'devices' },
  { app: 'patterns', name: 'TransferFunds', shows: 'amount' },
  { app: 'patterns-ts', name: 'CallFlakyService', input: 1, shows: 'failures' },
  { app: 'patterns', name: 'SendReminders', input: { times: 2, milliseconds: 1 }, shows: 'sent' },
  { app: 'patterns', name: 'ApprovalWorkflow', input: {}, event: { name: 'ApprovalEvent', data: 'true' }, shows: 'request' },
];

interface Moment {
  description: string | undefined;
  stack: (readonly [string, string | undefined, number])[];
  local: Record<string, string>;
  context: Record<string, string>;
  scheduled: Record<string, string>;
}

interface LiveExample {
  dir: string;
  engine: Engine;
  worker: NodeReplayWorker;
}

describe('the debug adapter over the example apps', () => {
  const fixture = new ReplayFixture();
  const clients: ReplayClient[] = [];
  const undo: (() => Promise<unknown>)[] = [];
  afterEach(() => Promise.all(clients.splice(0).map((client) => client.close())));
  after(async () => {
    for (const step of undo.splice(0).reverse()) await step();
    await fixture.cleanUp();
  });

  const examples = new Map<string, Promise<LiveExample>>();
  /** Started once for all tests: none of them changes an app. */
  const live = (app: string): Promise<LiveExample> => {
    const found = examples.get(app) ?? startExample(app);
    examples.set(app, found);
    return found;
  };
  async function startExample(app: string): Promise<LiveExample> {
    const running = await fixture.apps.start(`../../../examples/${app}`);
    const newId = (): string => randomUUID().replaceAll('-', '');
    const engine = new Engine({ store: new MemoryStore(), clock: new SystemClock(), newId, log: () => undefined });
    await engine.open();
    undo.push(() => engine.stop());
    engine.setWorker(running.worker);
    return { dir: running.dir, engine, worker: await fixture.replayWorker(running.dir) };
  }

  async function debug(app: string, name: string, input: unknown, event?: { name: string; data: string }) {
    const { dir, engine, worker } = await live(app);
    const { instanceId } = await engine.start({ name, input: input === undefined ? null : JSON.stringify(input) });
    if (event !== undefined) await engine.raiseEvent(instanceId, event.name, event.data);
    const row = await engine.waitForCompletion(instanceId, 20_000);
    const open = async (id: string) => {
      const found = await engine.get(id);
      assert.ok(found);
      const { executionId, name: functionName } = found;
      return openReplay({ instanceId: id, executionId, functionName, history: await engine.history(id) }, worker);
    };
    const provider: ReplayProvider = {
      open: () => open(instanceId),
      related: async (_from, id) => ((await engine.get(id)) === undefined ? null : open(id)),
      readSource: (file) => readFile(file, 'utf8').catch(() => undefined),
    };
    const client = await ReplayClient.connect(provider);
    clients.push(client);
    return { client, dir, row };
  }

  async function look(client: ReplayClient, description: string | undefined): Promise<Moment> {
    const stack = (await client.frames()).map(({ name, source, line }) => [name, source?.path, line] as const);
    const [local, context, scheduled] = [
      await client.scope('Local'),
      await client.scope('Durable context'),
      await client.scope('Scheduled'),
    ];
    // The context's own value names an invocation, which every replay has its own of.
    delete local['context'];
    return { description, stack, local, context, scheduled };
  }

  for (const { app, name, input, event, shows } of scenarios) {
    it(`${name} of ${app} shows the same moments forth and back, and ends as the live run did`, async () => {
      const { client, dir, row } = await debug(app, name, input, event);
      let stop = await client.begin();
      const steps = Number(/of (\d+)/.exec(stop.description ?? '')?.[1]);
      const there = [await look(client, stop.description)];
      for (let step = 1; step < steps; step++) {
        stop = await client.move('next');
        there.push(await look(client, stop.description));
      }
      assert.ok(
        there.some(({ local }) => shows in local),
        `${shows} is in no step: ${JSON.stringify(there[0]?.local)}`,
      );
      for (const { stack } of there) {
        assert.ok(stack[0]?.[1]?.startsWith(path.join(dir, 'src')), `${String(stack[0]?.[1])} is not a source of the app`);
      }
      assert.equal(row.runtimeStatus, 'Completed');
      const output = JSON.stringify(JSON.parse(row.output ?? 'null'));
      assert.ok(output.startsWith((there.at(-1)?.context['output'] ?? '').replace('…', '')), output);
      const back = [await look(client, stop.description)];
      for (let step = 1; step < steps; step++) {
        stop = await client.move('stepBack');
        back.unshift(await look(client, stop.description));
      }
      assert.deepEqual(back, there);
    });
  }

  it('TypeScript breakpoints stop with conditions over the locals, and expressions change nothing', async () => {
    const { client, dir } = await debug('hello-cities-ts', 'HelloCities', undefined);
    const file = path.join(dir, 'src', 'functions', 'hello-cities.ts');
    const text = (await readFile(file, 'utf8')).split('\n');
    const line = text.findIndex((each) => each.includes("'London'")) + 1;
    await client.begin({}, async () => {
      const [set] = await client.setLines(file, { line, condition: "outputs[1] === 'Hello Seattle!'" });
      assert.deepEqual([set?.verified, set?.line], [true, line]);
    });
    assert.equal((await client.move('continue')).reason, 'breakpoint');
    assert.equal(await client.line(), line);
    assert.equal(await client.evaluate('outputs.map((each) => each.length).join()'), "'12,14'");
    await assert.rejects(client.evaluate('outputs.push(1)', 'repl'));
    assert.equal(await client.evaluate('outputs.length'), '2');
  });

  it('steps into a sub-orchestration of a real app and out again', async () => {
    const { client } = await debug('patterns-ts', 'ProvisionDevices', ['camera']);
    await client.begin();
    await client.move('stepIn');
    const names = (await client.frames()).map(({ name }) => name);
    assert.deepEqual([names[0], names.at(-1)], ['ProvisionDevice', 'ProvisionDevices']);
    assert.equal((await client.scope('Local'))['deviceId'], "'camera'");
    await client.move('stepOut');
    assert.equal((await client.frames())[0]?.name, 'ProvisionDevices (completed)');
  });
});
