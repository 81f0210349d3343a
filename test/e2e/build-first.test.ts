/** `--build`: what runs of an app in TypeScript is what was built of it. Its compiler here is a script that copies. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

const root = path.resolve(__dirname, '../..');

function durascope(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [path.join(root, 'dist', 'cli.js'), ...args], (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
    });
  });
}

const says = (word: string): string =>
  `require('durable-functions').app.orchestration('Hello', function* () { return ${JSON.stringify(word)}; });\n`;

describe('an app in TypeScript on the command line', () => {
  let folder: string;
  const file = (...names: string[]): string => path.join(folder, ...names);

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'durascope-build-'));
    await Promise.all([mkdir(file('src')), mkdir(file('dist'))]);
    await symlink(path.join(root, 'node_modules'), file('node_modules'), 'dir');
    const manifest = {
      main: 'dist/*.js',
      scripts: { build: 'node build.cjs' },
      dependencies: { 'durable-functions': '3', '@azure/functions': '4' },
    };
    await writeFile(file('host.json'), '{"version":"2.0"}');
    await writeFile(file('tsconfig.json'), '{}');
    await writeFile(file('package.json'), JSON.stringify(manifest));
    await writeFile(file('build.cjs'), "console.log('compiled'); require('fs').copyFileSync('src/app.ts', 'dist/app.js');\n");
    await writeFile(file('dist', 'app.js'), says('old'));
    await writeFile(file('src', 'app.ts'), says('new'));
    await utimes(file('dist', 'app.js'), 1_700_000_000, 1_700_000_000);
  });
  afterEach(() => rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }));

  const output = (stdout: string): unknown => (JSON.parse(stdout) as { output?: unknown }).output;

  it('is built first where that is asked for, and says so where it runs as it was built', async () => {
    const stale = await durascope('run', folder, 'Hello', '--json');
    assert.equal(output(stale.stdout), 'old');
    assert.match(stale.stderr, /The sources are newer than what was built of them \(dist\/\*\.js\).*--build builds it first/);
    const built = await durascope('run', folder, 'Hello', '--json', '--build');
    assert.equal(output(built.stdout), 'new');
    assert.match(built.stderr, /compiled/);
    const again = await durascope('run', folder, 'Hello', '--json', '--build');
    assert.equal(output(again.stdout), 'new');
    assert.doesNotMatch(again.stderr, /compiled|newer/);
  });

  it('is built where nothing was', async () => {
    await rm(file('dist', 'app.js'));
    const built = await durascope('run', folder, 'Hello', '--json', '--build');
    assert.equal(output(built.stdout), 'new');
  });

  it('does not start where the build fails, or where there is nothing that could be built', async () => {
    await writeFile(file('build.cjs'), 'process.exit(3);\n');
    const failed = await durascope('start', folder, '--port', '0', '--build');
    assert.equal(failed.code, 1);
    assert.match(failed.stderr, /The app was not started: its build failed \(npm run build ended with 3\)\./);
    await rm(file('tsconfig.json'));
    const nothing = await durascope('run', folder, 'Hello', '--build');
    assert.notEqual(nothing.code, 0);
    assert.match(nothing.stderr, /--build has nothing to build in .*tsconfig\.json/);
  });
});
