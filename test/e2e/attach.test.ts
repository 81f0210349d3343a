import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DurascopePrograms } from '../support/durascope-program';
import { Azurite } from '../hubs/azurite';
import { LongHistory } from '../hubs/long-history';
import { ManyInstances } from '../hubs/many-instances';
import { TableServer } from '../hubs/table-server';

describe('the built program on a hub of a real engine', () => {
  const program = new DurascopePrograms();
  let azurite: Azurite;
  let folder: string;
  const app = path.resolve('test/goldens/app');
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'durascope-attach-'));
    azurite = await Azurite.start();
    await azurite.putGoldenHub();
  });
  after(async () => {
    await program.endAll();
    await azurite.stop();
    await rm(folder, { recursive: true, force: true });
  });
  const run = (...args: readonly string[]) => program.run(args, { env: { HUB: azurite.connection } });

  it('replays one of its instances with the code on disk', async () => {
    const { code, stdout } = await run('replay', '--hub', 'env:HUB', '--instance', 'start?question', '--app', app);
    assert.equal(code, 0, stdout);
    assert.match(stdout, /replays .*start\?question/);
  });

  it('says which hubs there are, and how one is named, where an app has another one in mind', async () => {
    const own = path.join(folder, 'own');
    await mkdir(own);
    await writeFile(path.join(own, 'host.json'), '{"extensions":{"durableTask":{"hubName":"GoldenHup"}}}');
    const env = { AzureWebJobsStorage: azurite.connection };
    for (const command of ['attach', 'instances']) {
      const ask = (...more: string[]) =>
        program.run(command === 'attach' ? [command, own, ...more] : [command, '--hub', own, ...more], { env });
      const { code, stderr } = await ask();
      assert.equal(code, 1);
      assert.match(
        stderr,
        /no task hub 'GoldenHup'.* Did you mean 'GoldenHub'\? It has GoldenHub\. Choose one with --task-hub GoldenHub/,
      );
      assert.equal((await ask('--task-hub', 'GoldenHub')).code, 0);
    }
  });

  it('runs one of them on in an emulator, with one thing changed', async () => {
    const { ready } = await program.start([app, '--memory', '--no-grpc'], { env: { HUB: azurite.connection } });
    const fork = (...args: string[]) => run('fork', 'start?question', '--hub', 'env:HUB', '--url', ready.url, ...args);
    const { code, stdout, stderr } = await fork('--at', '2', '--set', 'input="else"', '--compare', '--json');
    assert.equal(code, 0, stdout + stderr);
    const { instanceId, input, comparison } = JSON.parse(stdout) as {
      instanceId: string;
      input: unknown;
      comparison: { first: { row: number; aspect: string } };
    };
    assert.deepEqual([input, comparison.first], ['else', { row: 0, aspect: 'input' }]);
    const shown = await program.run(['show', instanceId, '--url', ready.url]);
    assert.match(shown.stdout, /start\?question, row 2: input = "else"/);
    const { stdout: before } = await run('show', 'start?question', '--hub', 'env:HUB', '--json');
    assert.equal((JSON.parse(before) as { input: unknown }).input, null);
    const wrong = await fork('--at', '2', '--history', 'some.json');
    assert.match(wrong.stderr, /Either --history or --hub/);
    const nobody = await run('fork', 'nobody', '--hub', 'env:HUB', '--url', ready.url, '--at', '2');
    assert.match(nobody.stderr, /There is no instance 'nobody'/);
  });

  it('checks all of them before a deployment, with JSON and JUnit', async () => {
    const junit = path.join(folder, 'check.xml');
    const all = await run(
      'check',
      '--hub',
      'env:HUB',
      '--status',
      'Completed,Failed,Terminated',
      '--app',
      app,
      '--junit',
      junit,
      '--json',
    );
    assert.equal(all.code, 0, all.stderr);
    const summary = JSON.parse(all.stdout) as { checked: number; broken: unknown[]; unknown: unknown[] };
    assert.deepEqual(summary, { checked: 25, broken: [], unknown: [] });
    const xml = await readFile(junit, 'utf8');
    assert.match(xml, /<testsuite name="durascope check" tests="25" failures="0" errors="0">/);
    assert.equal(xml.match(/<testcase /g)?.length, 25);
  });

  it('says which would break with other code, and exits with 1', async () => {
    const other = path.resolve('examples/hello-cities');
    const junit = path.join(folder, 'broken.xml');
    const { code, stdout } = await run(
      'check',
      '--hub',
      'env:HUB',
      '--status',
      'Completed',
      '--prefix',
      'start',
      '--app',
      other,
      '--junit',
      junit,
    );
    assert.equal(code, 1);
    assert.match(stdout, /differs .*start\\back/);
    assert.match(stdout, /no longer has the orchestrator/);
    assert.match(stdout, /does not replay 3 of 3 instances/);
    assert.match(await readFile(junit, 'utf8'), /failures="3" errors="0">/);
  });

  it('does not say that all is well where the folder of the app is none, though nothing runs that it would be held against', async () => {
    const { code, stdout, stderr } = await run('check', '--hub', 'env:HUB', '--app', path.join(folder, 'nowhere'));
    assert.deepEqual([code, stdout], [2, '']);
    assert.match(stderr, /The app folder \S*nowhere does not exist\. Give the folder that holds host\.json/);
    const idle = await run('check', '--hub', 'env:HUB', '--app', app);
    assert.deepEqual([idle.code, idle.stdout], [0, 'Nothing is running that could be checked.\n']);
  });

  describe('with instances that are more than its memory', () => {
    const instances = 60;
    /** Characters of the input that each of them was started with: 48 million in all. */
    const inputLength = 800_000;
    let server: TableServer;
    before(async () => (server = await TableServer.start()));
    after(() => server.stop());

    it('checks them one by one, tells of those that would break, and names each in JUnit', async () => {
      const many = new ManyInstances(instances, inputLength);
      server.answer = (asked) => many.answer(asked);
      const junit = path.join(folder, 'many.xml');
      const { code, stdout, stderr } = await program.run(
        [
          'check',
          '--hub',
          'env:HUB',
          '--task-hub',
          'Shop',
          '--app',
          path.resolve('examples/hello-cities'),
          '--junit',
          junit,
          '--json',
        ],
        { env: { HUB: server.connection, NODE_OPTIONS: '--max-old-space-size=48' } },
      );
      assert.equal(code, 1, stderr);
      const { checked, broken, unknown } = JSON.parse(stdout) as {
        checked: number;
        broken: { instanceId: string; row: number }[];
        unknown: unknown[];
      };
      assert.deepEqual([checked, unknown], [instances, []]);
      assert.deepEqual(
        broken.map(({ instanceId, row }) => [instanceId, row]),
        many.others.map((id) => [id, 3]),
      );
      const xml = await readFile(junit, 'utf8');
      assert.match(xml, new RegExp(`tests="${instances}" failures="${many.others.length}" errors="0"`));
      assert.equal(xml.match(/<testcase /g)?.length, instances);
      assert.ok(many.given > instances * inputLength, `${many.given} characters`);
    });
  });

  describe('with a history that is longer than its memory', () => {
    const rows = 150_000;
    let server: TableServer;
    before(async () => (server = await TableServer.start()));
    after(() => server.stop());
    // Half a million rows are printed with as little (in 40 s of a busy machine); all at once these take twice as much.
    const tight = (...args: readonly string[]) =>
      program.run([...args, '--hub', 'env:HUB', '--task-hub', 'Shop'], {
        env: { HUB: server.connection, NODE_OPTIONS: '--max-old-space-size=56' },
      });

    it('prints all of them, as they come, and shows the instance', async () => {
      const long = new LongHistory('long', rows, { open: [5] });
      server.answer = (asked) => long.answer(asked);
      const { code, stdout, stderr } = await tight('history', 'long');
      assert.equal(code, 0, stderr);
      assert.match(stderr, /150,000 rows, printed in the order in which they were written/);
      assert.equal(stdout.match(/^TaskScheduled /gm)?.length, rows / 4);
      assert.match(stdout.slice(-1000), / 150000\b/);
      const shown = await tight('show', 'long', '--json');
      assert.equal(shown.code, 0, shown.stderr);
      assert.match(shown.stdout, /"runtimeStatus":"Running"/);
    });

    it('says that it waits where the service asks for it', async () => {
      const long = new LongHistory('long', 12);
      let asked = 0;
      server.answer = (each) => {
        asked += 1;
        return asked === 5 ? { status: 503, error: 'ServerBusy', headers: { 'retry-after': '1' } } : long.answer(each);
      };
      const { code, stdout, stderr } = await tight('history', 'long', '--json');
      assert.equal(code, 0, stderr);
      assert.equal((JSON.parse(stdout) as unknown[]).length, 12);
      assert.match(stderr, /devstoreaccount1 is busy: it asks to wait 1 s\./);
    });
  });
});
