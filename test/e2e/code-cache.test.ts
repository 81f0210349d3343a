import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, open, readdir, readFile, realpath, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import Module from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { DurascopePrograms } from '../support/durascope-program';

const cli = path.join(__dirname, '../../dist/cli.js');

describe('compiled code that is kept between starts', () => {
  let home: string;
  beforeEach(async () => (home = await mkdtemp(path.join(tmpdir(), 'durascope-home-'))));
  afterEach(() => rm(home, { recursive: true, force: true, maxRetries: 5 }));

  async function help(env: NodeJS.ProcessEnv = {}): Promise<string> {
    const options = { env: { ...process.env, NODE_V8_COVERAGE: undefined, DURASCOPE_HOME: home, ...env } };
    return (await promisify(execFile)(process.execPath, [cli, '--help'], options)).stdout;
  }

  async function kept(): Promise<string[]> {
    const entries = await readdir(path.join(home, 'cache'), { recursive: true, withFileTypes: true }).catch(() => []);
    return entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  }

  it('lies in the folder of the user, readable for nobody else, and changes nothing of what is said', async () => {
    const first = await help();
    const files = await kept();
    assert.notEqual(files.length, 0);
    if (process.platform !== 'win32') assert.equal((await stat(path.join(home, 'cache'))).mode & 0o022, 0);
    assert.equal(await help(), first);
    assert.deepEqual(await kept(), files);
  });

  for (const [what, damage] of [
    ['cut off', (bytes: Buffer) => bytes.subarray(0, bytes.length / 2)],
    ['empty', () => Buffer.alloc(0)],
    ['damaged in the middle', (bytes: Buffer) => Buffer.from(bytes).fill(0xff, bytes.length / 2, bytes.length / 2 + 64)],
  ] as const) {
    it(`is left aside when it is ${what}`, async () => {
      const first = await help();
      for (const file of await kept()) await writeFile(file, damage(await readFile(file)));
      assert.equal(await help(), first);
    });
  }

  it('is not kept where the folder cannot be written to', async () => {
    await writeFile(path.join(home, 'cache'), 'a file stands in the way');
    assert.match(await help(), /durascope/);
  });

  it('is not kept where the home folder is a file', async () => {
    const file = path.join(home, 'a-file');
    await writeFile(file, '');
    assert.match(await help({ DURASCOPE_HOME: file }), /durascope/);
  });

  const onFullDisk = existsSync('/dev/full') ? it : undefined;
  onFullDisk?.('a disk that is full is an error in a sentence', async () => {
    const full = await open('/dev/full', 'w');
    try {
      const env = { ...process.env, DURASCOPE_HOME: home };
      const { status, stderr } = spawnSync(process.execPath, [cli, '--help'], { env, stdio: ['ignore', full.fd, 'pipe'] });
      assert.equal(status, 1);
      assert.match(String(stderr), /^Error: What the command prints cannot be written: ENOSPC[^\n]*\n$/);
    } finally {
      await full.close();
    }
  });

  it('loads an app of ES modules as the first start did', async () => {
    const app = path.join(home, 'app');
    await mkdir(app);
    await writeFile(path.join(app, 'package.json'), '{ "type": "module", "main": "index.js" }');
    await writeFile(path.join(app, 'host.json'), '{ "version": "2.0" }');
    await writeFile(
      path.join(app, 'index.js'),
      "import * as df from 'durable-functions';\ndf.app.orchestration('Say', function* () {\n  return 'said';\n});\n",
    );
    await symlink(path.join(__dirname, '../../node_modules'), path.join(app, 'node_modules'), 'junction');
    const options = { env: { ...process.env, NODE_V8_COVERAGE: undefined, DURASCOPE_HOME: home } };
    for (const start of ['first', 'second']) {
      const { stdout, stderr } = await promisify(execFile)(process.execPath, [cli, 'run', app, 'Say', '--no-grpc'], options);
      assert.match(stdout, /said/, `${start} start`);
      assert.doesNotMatch(stdout + stderr, /Warning/);
    }
  });

  it('is shared by the tests of a run, whichever home their programs have, and stays when a home goes', async () => {
    const programs = new DurascopePrograms({ env: { DURASCOPE_HOME: home, NODE_V8_COVERAGE: undefined } });
    assert.equal((await programs.run(['--help'])).code, 0);
    const files = await kept();
    assert.notEqual(files.length, 0);
    const shared = await realpath(path.join(home, 'cache'));
    assert.equal(shared, await realpath(path.join(tmpdir(), 'compiled-code')));
    await rm(home, { recursive: true });
    assert.notEqual((await readdir(shared)).length, 0);
  });

  it('is that of the newest builds only', async function () {
    // Node.js looks after a cache of its own.
    if ('enableCompileCache' in Module) this.skip();
    const cache = path.join(home, 'cache');
    await mkdir(cache, { mode: 0o700 });
    const hourAgo = new Date(Date.now() - 3_600_000);
    for (let at = 0; at < 300; at++) {
      const file = path.join(cache, `of-a-build-that-is-no-more-${at}`);
      await writeFile(file, '');
      await utimes(file, hourAgo, hourAgo);
    }
    await help();
    const files = (await kept()).map((file) => path.basename(file));
    assert.equal(files.length, 200);
    assert.ok(files.some((name) => !name.startsWith('of-a-build')));
  });

  it('is not kept with NODE_DISABLE_COMPILE_CACHE', async () => {
    await help({ NODE_DISABLE_COMPILE_CACHE: '1' });
    assert.deepEqual(await kept(), []);
  });
});
