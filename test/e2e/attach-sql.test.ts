/** Rows that the real provider has written, behind a small server of the same protocol (test/hubs/sql-server/README.md). */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { recordedHub } from '../hubs/sql-server/recorded-hub';
import { TdsServer } from '../hubs/sql-server/tds-server';
import { DurascopePrograms, type Ended } from '../support/durascope-program';

describe('the built program on a hub in SQL Server', () => {
  const program = new DurascopePrograms();
  const app = path.resolve('test/fixtures/apps/shop');
  let server: TdsServer;
  let folder: string;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'durascope-attach-sql-'));
    server = await TdsServer.start(recordedHub());
  });
  after(async () => {
    await program.endAll();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });
  const onHub = (command: string, ...args: readonly string[]): Promise<Ended> => {
    const connection = `Server=127.0.0.1,${server.port};Database=hub;User ID=shop;Password=s3cr3t;Encrypt=False`;
    return program.run([command, ...args, '--hub', 'env:SQL_HUB'], { env: { SQL_HUB: connection } });
  };

  it('lists, shows and prints what is in it, and ends', async () => {
    const list = await onHub('instances', '--status', 'failed', '--json');
    assert.equal(list.code, 0, list.stderr);
    assert.deepEqual(
      (JSON.parse(list.stdout) as { instanceId: string }[]).map(({ instanceId }) => instanceId),
      ['badparent-1', 'fails-1'],
    );
    const shown = await onHub('show', 'chain-1');
    assert.match(shown.stdout, /Custom status +\{"step":2\}/);
    const history = await onHub('history', 'parent-1', '--json');
    assert.equal((JSON.parse(history.stdout) as unknown[]).length, 12);
    assert.match((await onHub('show', 'nobody')).stderr, /no instance 'nobody'/);
  });

  it('replays its instances with the code on disk', async () => {
    const { code, stdout, stderr } = await onHub('replay', '--instance', 'parent-1', '--app', app);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /replays {2}Parent \(parent-1\): 3 steps, completed/);
  });

  it('checks all that runs before a deployment, and says which would break', async () => {
    const running = await onHub('check', '--app', app);
    assert.match(running.stdout, /replays all of the 2 instances/);
    assert.equal(running.code, 0, running.stderr);
    const junit = path.join(folder, 'check.xml');
    const all = await onHub('check', '--app', app, '--status', 'Completed,Failed', '--junit', junit, '--json');
    assert.equal(all.code, 1, all.stderr);
    const { checked, broken } = JSON.parse(all.stdout) as { checked: number; broken: Record<string, unknown>[] };
    // What JavaScript has no word for: a message to another orchestration.
    assert.deepEqual(
      [checked, broken.map(({ instanceId, cause, row }) => [instanceId, cause, row])],
      [8, [['sender-1', 'removedCall', 3]]],
    );
    assert.match(await readFile(junit, 'utf8'), /tests="8" failures="1" errors="0">/);
  });

  it('exports them for an emulator, in which one that waits goes on', async () => {
    const file = path.join(folder, 'all.json');
    const exported = await onHub('export', '--out', file);
    assert.match(exported.stdout, /Exported 11 instances/);
    const serving = await program.start([app, '--memory']);
    const { url, key } = serving.ready;
    const here = ['--url', url, '--key', key];
    const imported = await program.run(['import', file, ...here]);
    assert.equal(imported.code, 0, imported.stderr);
    const raised = await program.run(['raise-event', 'wait-1', 'Approve', '--data', '"yes"', ...here]);
    assert.equal(raised.code, 0, raised.stderr);
    const approved = (): Promise<Ended> => program.run(['show', 'wait-1', '--json', ...here]);
    let row = await approved();
    while (!/"runtimeStatus":\s*"Completed"/.test(row.stdout)) row = await approved();
    assert.equal((JSON.parse(row.stdout) as { output: unknown }).output, 'yes');
    await serving.stop();
  });

  it('acts on one by the procedures of the provider, once the name of the hub is given', async () => {
    const refused = await onHub('terminate', 'wait-1');
    assert.match(refused.stderr, /no command changes unless it says so: add --act shop/);
    const { code, stdout, stderr } = await onHub('terminate', 'wait-1', '--act', 'shop', '--reason', 'enough');
    assert.equal(code, 0, stderr);
    assert.match(stdout, /Asked to terminate wait-1/);
    assert.equal(server.asked.filter((sql) => sql.includes('[TerminateInstance]')).length, 1);
  });
});
