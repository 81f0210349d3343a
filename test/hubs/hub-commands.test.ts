import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runCommandLine } from '../../src/cli/run-command-line';
import { ToldTerminal } from '../support/told-terminal';
import { readExportFile } from '../../src/emulator/transfer/export-file';
import { GrpcFixture } from '../grpc/grpc-fixture';
import { Azurite } from './azurite';
import { goldenRows } from './golden-hub';

describe('commands on a hub of a real engine (--hub)', () => {
  let azurite: Azurite;
  let folder: string;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'durascope-hub-commands-'));
    azurite = await Azurite.start();
    await azurite.putGoldenHub();
    process.env['TEST_GOLDEN_HUB'] = azurite.connection;
  });
  after(async () => {
    delete process.env['TEST_GOLDEN_HUB'];
    await azurite.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const run = async (...args: readonly string[]): Promise<{ code: number; printed: string; warned: string }> => {
    const terminal = new ToldTerminal(200);
    const code = await runCommandLine(args, '1.2.3', terminal);
    return { code, printed: terminal.printed, warned: terminal.warned };
  };
  const onHub = ['--hub', 'env:TEST_GOLDEN_HUB'];

  it('list, show and print what the tables have', async () => {
    const list = await run('instances', ...onHub, '--json', '--status', 'terminated,failed');
    const rows = JSON.parse(list.printed) as { instanceId: string; runtimeStatus: string }[];
    const expected = goldenRows('Instances').filter((row) =>
      ['Terminated', 'Failed'].includes((row['RuntimeStatus'] as { value: string }).value),
    );
    assert.equal(rows.length, expected.length);
    const shown = await run('show', 'parent-child', ...onHub);
    assert.match(shown.printed, /Parent\s+parent/);
    const history = await run('history', 'big-output', ...onHub, '--json');
    assert.equal((JSON.parse(history.printed) as unknown[]).length, 8);
    assert.equal(history.warned, '');
  });

  it('export instances in a file that an emulator takes in', async () => {
    const out = path.join(folder, 'all.json');
    const { code, printed } = await run('export', ...onHub, '--out', out);
    assert.equal(code, 0, printed);
    const instances = readExportFile(await readFile(out, 'utf8'));
    assert.equal(instances.length, 26);
    const big = instances.find(({ instance }) => instance.instanceId === 'big-output');
    assert.equal(big?.instance.output?.length, 100_002);
  });

  it('attach says how much is in the hub and who works on it', async () => {
    const { code, printed } = await run('attach', 'env:TEST_GOLDEN_HUB', '--count');
    assert.equal(code, 0);
    assert.match(printed, /GoldenHub in Azurite at 127\.0\.0\.1:\d+ {2}read only/);
    assert.match(printed, /26 instances: .*Completed/);
    assert.match(printed, /goldenhub-control-00 +vm .*run out/);
    assert.match(printed, /no host works on this hub/);
    const json = JSON.parse((await run('attach', 'env:TEST_GOLDEN_HUB', '--json')).printed) as Record<string, unknown>;
    assert.deepEqual(Object.keys(json), ['hub', 'readOnly', 'counts', 'isPartial', 'queues', 'partitions', 'notes']);
  });

  it('find the hub of an app by its host.json and local.settings.json', async () => {
    const app = path.join(folder, 'app');
    await mkdir(app);
    await writeFile(
      path.join(app, 'host.json'),
      '{ // a comment\n "version": "2.0", "extensions": { "durableTask": { "hubName": "%HUB%" } } }',
    );
    await writeFile(
      path.join(app, 'local.settings.json'),
      JSON.stringify({ Values: { HUB: 'GoldenHub', AzureWebJobsStorage: azurite.connection } }),
    );
    const { code, printed } = await run('attach', app);
    assert.equal(code, 0);
    assert.match(printed, /GoldenHub in Azurite/);
    await writeFile(path.join(app, 'local.settings.json'), '{}');
    assert.match((await run('attach', app)).warned, /HUB.*there is no such setting/);
    await writeFile(
      path.join(app, 'host.json'),
      '{"extensions":{"durableTask":{"hubName":"A1b","storageProvider":{"type":"netherite"}}}}',
    );
    assert.match((await run('attach', app)).warned, /'netherite', which cannot be read from outside: start the app/);
  });

  it('change a hub where they say so in words, and through a channel that is safe', async () => {
    const fixture = await GrpcFixture.start();
    try {
      const hub = ['--hub', `Endpoint=http://${fixture.address};Authentication=None;TaskHub=default`];
      const { hub: own } = fixture.emulator;
      await own.start({ name: 'Waits', instanceId: 'w', profile: 'G' });
      const refused = await run('terminate', 'w', ...hub);
      assert.notEqual(refused.code, 0);
      assert.match(refused.warned, /no command changes unless it says so: add --act default/);
      assert.match((await run('terminate', 'w', ...hub, '--act', 'other')).warned, /--act names 'other', but --hub is 'default'/);
      assert.equal((await own.get('w'))?.runtimeStatus, 'Pending');
      assert.match(
        (await run('terminate', 'w', ...hub, '--act', 'Default', '--reason', 'enough')).printed,
        /Asked to terminate w/,
      );
      assert.equal((await own.waitForCompletion('w', 10_000)).output, 'enough');
      assert.match((await run('purge', 'w', ...hub, '--act', 'default')).printed, /Deleted 1 instance/);
      assert.match((await run('entity', 'list', ...hub)).printed, /No entities/);
      assert.match((await run('terminate', 'w', '--act', 'default')).warned, /--act is for hubs of real engines/);
    } finally {
      await fixture.stop();
    }
    const storage = await run('terminate', 'hello', ...onHub, '--act', 'GoldenHub');
    assert.match(storage.warned, /Nobody but its own engine writes into a hub in Azure Storage\. Name the Functions host/);
    const through = await run('purge', 'hello', ...onHub, '--act', 'GoldenHub', '--through', 'http://localhost:1');
    assert.match(through.warned, /Functions host at http:\/\/localhost:1 does not answer/);
  });

  it('refuse what cannot be, in words that help', async () => {
    const refused = async (text: RegExp, ...args: readonly string[]): Promise<void> => {
      const { code, warned } = await run(...args);
      assert.notEqual(code, 0);
      assert.match(warned, text);
      assert.doesNotMatch(warned, /Eby8vd|sig=abc/);
    };
    await refused(/holds a key.*--hub env:MY_HUB/, 'instances', '--hub', 'AccountName=shop;AccountKey=secret==');
    await refused(/holds a key/, 'show', 'x', '--hub', 'https://shop.table.core.windows.net/?sv=1&sig=abc');
    await refused(/no environment variable NOTHING_THERE/, 'instances', '--hub', 'env:NOTHING_THERE');
    await refused(/Either --hub or --url/, 'instances', ...onHub, '--url', 'http://localhost:7071');
    await refused(/which --hub gives/, 'instances', '--task-hub', 'x');
    await refused(/A task hub is given as/, 'instances', '--hub', 'nonsense');
    await refused(/no instance 'nobody'/, 'show', 'nobody', ...onHub);
    await refused(/Did you mean 'GoldenHub'/, 'instances', ...onHub, '--task-hub', 'GoldenHup');
    await refused(/There is no host\.json/, 'attach', folder);
    await refused(/Either a file or --hub/, 'replay', 'file.json', ...onHub);
  });
});
