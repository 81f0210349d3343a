import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DurascopePrograms } from '../support/durascope-program';
import { Azurite } from '../hubs/azurite';

describe('the built program on a hub of a real engine', function () {
  this.timeout(120_000);
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
});
