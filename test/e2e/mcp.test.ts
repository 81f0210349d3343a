/** `durascope mcp` as an agent has it: through the client of the protocol's own package, against the built program. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { mcpServerCommand } from '../../src/vscode/models/mcp-server';
import { DurascopePrograms, projectRoot, type Serving } from '../support/durascope-program';

describe('durascope mcp', () => {
  let folder = '';
  let programs: DurascopePrograms;
  let serving: Serving;
  let client: Client;

  const connectWith = async (...args: string[]): Promise<Client> => {
    const made = new Client({ name: 'test', version: '1' });
    await made.connect(
      new StdioClientTransport({
        command: process.execPath,
        args: [path.join(projectRoot, 'dist', 'cli.js'), 'mcp', ...args],
        cwd: folder,
        env: { PATH: process.env['PATH'] ?? '', DURASCOPE_HOME: path.join(folder, 'home') },
      }),
    );
    return made;
  };
  const called = new Set<string>();
  const call = async <Answer>(name: string, input: Record<string, unknown> = {}): Promise<Answer> => {
    called.add(name);
    const { content, isError } = await client.callTool({ name, arguments: input });
    const [first] = content as { type: 'text'; text: string }[];
    if (isError === true) throw new Error(first?.text);
    return JSON.parse(first?.text ?? 'null') as Answer;
  };

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'durascope-mcp-'));
    programs = new DurascopePrograms({ env: { DURASCOPE_HOME: path.join(folder, 'home') } });
    serving = await programs.start([path.join(projectRoot, 'examples', 'hello-cities'), '--memory', '--no-grpc']);
    client = await connectWith('--allow-actions');
  });
  after(async () => {
    await client.close();
    await programs.endAll();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  it('tells its tools, each with a description, a schema, and whether it acts', async () => {
    const { tools } = await client.listTools();
    assert.ok(tools.length >= 14);
    for (const tool of tools) {
      assert.ok((tool.description ?? '').length > 20, tool.name);
      assert.equal(tool.inputSchema.type, 'object', tool.name);
      assert.equal(typeof tool.annotations?.readOnlyHint, 'boolean', tool.name);
    }
  });

  it('starts an instance, and reads it, its history and the functions', async () => {
    const started = await call<{ instanceId: string; output: unknown }>('start_orchestration', {
      name: 'HelloCities',
      waitSeconds: 60,
    });
    assert.deepEqual(started.output, ['Hello Tokyo!', 'Hello Seattle!', 'Hello London!']);
    const { instances } = await call<{ instances: { instanceId: string }[] }>('list_instances', { statuses: ['Completed'] });
    assert.ok(instances.some(({ instanceId }) => instanceId === started.instanceId));
    assert.equal((await call<{ total: number }>('get_history', { instanceId: started.instanceId })).total, 16);
    const { functions } = await call<{ functions: { name: string }[] }>('list_functions');
    assert.deepEqual(functions.map(({ name }) => name).toSorted(), ['HelloCities', 'SayHello', 'StartHelloCities']);
  });

  it('steps through a replay, and reads the variables of a moment', async () => {
    const { instanceId } = await call<{ instanceId: string }>('start_orchestration', { name: 'HelloCities', waitSeconds: 60 });
    const { replays, steps } = await call<{ replays: boolean; steps: { place: { line: number } | null }[] }>(
      'step_through_replay',
      {
        instanceId,
      },
    );
    assert.deepEqual([replays, steps.length], [true, 4]);
    assert.equal(typeof steps[1]?.place?.line, 'number');
    const { scopes } = await call<{ scopes: { variables: { name: string; value: string }[] }[] }>('read_variables', {
      instanceId,
      step: 1,
    });
    assert.ok(
      scopes.some(({ variables }) => variables.some(({ value }) => /Hello Tokyo!|Array\(1\)/.test(value))),
      JSON.stringify(scopes),
    );
  });

  it('answers in words what cannot be done', async () => {
    await assert.rejects(call('get_instance', { instanceId: 'none' }), /There is no instance 'none'/);
    await assert.rejects(call('raise_event', { instanceId: 'none', name: 'x' }), /none/);
  });

  it('does what each of its tools says, on instances that wait, fail and hold an entity', async () => {
    await serving.stop();
    const app = path.join(projectRoot, 'test', 'fixtures', 'apps', 'editor');
    serving = await programs.start([app, '--memory', '--no-grpc']);
    const start = (name: string, instanceId: string) =>
      call<{ instanceId: string }>('start_orchestration', { name, instanceId, waitSeconds: name === 'ReserveTicket' ? 0 : 60 });
    const statusOf = async (instanceId: string) =>
      (await call<{ runtimeStatus: string }>('get_instance', { instanceId })).runtimeStatus;
    const until = async (instanceId: string, status: string) => {
      while ((await statusOf(instanceId)) !== status) await new Promise((resolve) => setTimeout(resolve, 20));
    };

    await start('OutOfStock', 'failed');
    const why = await call<{ failed: boolean; rootCause: { message: string } }>('explain_failure', { instanceId: 'failed' });
    assert.deepEqual([why.failed, /no stock/.test(why.rootCause.message)], [true, true]);
    assert.equal((await call<{ done: string }>('rewind_instance', { instanceId: 'failed' })).done, 'rewind');

    await start('ReserveTicket', 'waits');
    await until('waits', 'Running');
    await call('suspend_instance', { instanceId: 'waits', reason: 'a break' });
    await until('waits', 'Suspended');
    await call('resume_instance', { instanceId: 'waits' });
    await until('waits', 'Running');
    await call('raise_event', { instanceId: 'waits', name: 'BookingConfirmed', data: 'A7' });
    await until('waits', 'Completed');
    const { rows } = await call<{ rows: { EventType: string }[] }>('get_history', { instanceId: 'waits' });
    const row = rows.findIndex(({ EventType }) => EventType === 'EventRaised') + 1;
    const fork = { instanceId: 'waits', row, change: 'payload="B8"', waitSeconds: 60 };
    const forked = await call<{ instanceId: string; output: unknown }>('fork_instance', fork);
    assert.equal(forked.output, 'B8');
    const compared = await call<{ isSame: boolean }>('compare_instances', { left: 'waits', right: forked.instanceId });
    assert.equal(compared.isSame, false);

    await start('ReserveTicket', 'ended');
    await call('terminate_instance', { instanceId: 'ended', reason: 'enough' });
    await until('ended', 'Terminated');

    await call('signal_entity', { entityId: '@counter@a', operation: 'add', input: 5 });
    const counter = async () => (await call<{ entities: { state: unknown }[] }>('list_entities', { name: 'counter' })).entities;
    while ((await counter())[0]?.state !== '5') await new Promise((resolve) => setTimeout(resolve, 20));

    const { tools } = await client.listTools();
    assert.deepEqual(
      tools.map(({ name }) => name).filter((name) => !called.has(name)),
      [],
      'tools that no test has called',
    );
  });

  it('offers nothing that acts unless told so', async () => {
    const careful = await connectWith();
    const { tools } = await careful.listTools();
    assert.ok(tools.every(({ annotations }) => annotations?.readOnlyHint === true));
    assert.ok(tools.some(({ name }) => name === 'explain_failure'));
    await careful.close();
  });

  it('is what the extension gives to its editor, acting only where the setting lets it', async () => {
    const namesOf = async (actions: boolean): Promise<string[]> => {
      const script = path.join(projectRoot, 'dist', 'cli.js');
      const { command, args, env } = mcpServerCommand({ execPath: process.execPath, script, actions, electron: false });
      const editor = new Client({ name: 'editor', version: '1' });
      await editor.connect(
        new StdioClientTransport({ command, args, cwd: folder, env: { PATH: process.env['PATH'] ?? '', ...env } }),
      );
      const { tools } = await editor.listTools();
      await editor.close();
      return tools.map(({ name }) => name);
    };
    const looking = await namesOf(false);
    assert.ok(looking.includes('explain_failure') && !looking.includes('start_orchestration'), looking.join());
    assert.ok((await namesOf(true)).includes('start_orchestration'));
    const asElectron = mcpServerCommand({ execPath: '/code', script: 'cli.js', actions: false, electron: true });
    assert.deepEqual(asElectron.env, { ELECTRON_RUN_AS_NODE: '1' });
  });

  it('goes on when the emulator was not there, or is another one', async () => {
    await serving.stop();
    await assert.rejects(call('list_instances'), /emulator/i);
    serving = await programs.start([path.join(projectRoot, 'examples', 'hello-cities'), '--memory', '--no-grpc']);
    assert.deepEqual((await call<{ instances: unknown[] }>('list_instances')).instances, []);
  });
});
