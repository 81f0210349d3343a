/** What `npm pack` makes, installed as a user does: into a project that has an app and nothing else of ours. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { DurascopePrograms, projectRoot } from '../support/durascope-program';

const isWindows = process.platform === 'win32';
const run = promisify(execFile);

describe('the npm package', () => {
  let folder = '';
  let project = '';
  let programs: DurascopePrograms;

  const npm = (args: readonly string[], cwd: string): Promise<{ stdout: string }> =>
    run(isWindows ? 'npm.cmd' : 'npm', args, { cwd, shell: isWindows, env: { ...process.env, npm_config_audit: 'false' } });

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'durascope-npm-'));
    project = path.join(folder, 'project');
    await cp(path.join(projectRoot, 'examples', 'hello-cities'), path.join(project, 'app'), {
      recursive: true,
      filter: (source) => !source.split(path.sep).includes('node_modules'),
    });
    await writeFile(path.join(project, 'package.json'), JSON.stringify({ name: 'project', private: true }));
    const { stdout } = await npm(['pack', '--json', '--ignore-scripts', '--pack-destination', folder], projectRoot);
    assert.match(stdout, /"durascope-[\d.]+\.tgz"/);
    const file = (await readdir(folder)).find((name) => name.endsWith('.tgz')) ?? '';
    await npm(['install', '--offline', '--no-fund', path.join(folder, file)], project);
    await symlink(path.join(projectRoot, 'node_modules'), path.join(project, 'app', 'node_modules'), 'junction');
    programs = new DurascopePrograms({
      program: path.join(project, 'node_modules', 'durascope', 'dist', 'cli.js'),
      cwd: project,
      env: { DURASCOPE_HOME: path.join(folder, 'home') },
    });
  });
  after(async () => {
    await programs.endAll();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  it('installs without a registry, and nothing beside itself', async () => {
    const installed = (await readdir(path.join(project, 'node_modules'))).filter((name) => !name.startsWith('.'));
    assert.deepEqual(installed, ['durascope']);
    assert.deepEqual(
      (await readdir(path.join(project, 'node_modules', '.bin'))).filter((name) => !name.includes('.')),
      ['durascope'],
    );
  });

  it('runs by its name', async () => {
    const { stdout } = await run(isWindows ? 'npx.cmd' : 'npx', ['--offline', 'durascope', '--version'], {
      cwd: project,
      shell: isWindows,
    });
    assert.match(stdout, /^\d+\.\d+\.\d+/);
  });

  it('runs an orchestration, and keeps and shows its history', async () => {
    const { code, stdout, stderr } = await programs.run(['run', 'app', 'HelloCities', '--memory', '--history', '--json']);
    assert.equal(code, 0, stdout + stderr);
    assert.match(stdout, /Hello Tokyo!/);
  });

  it('serves the dashboard', async () => {
    const served = await programs.start(['app', '--memory']);
    const page = await fetch(`${served.ready.url}/`);
    const text = await page.text();
    assert.equal(page.status, 200, text);
    const script = /src="([^"]+\.js[^"]*)"/.exec(text)?.[1] ?? '';
    assert.equal((await fetch(new URL(script, page.url))).status, 200);
    await served.stop();
  });

  describe('has durascope/testing, which', () => {
    const cjs = "const { startTestHub } = require('durascope/testing');";
    const esm = "import { startTestHub } from 'durascope/testing';";
    const body = `async () => {
  const hub = await startTestHub({ app: 'app', activities: { SayHello: (city) => 'Hi ' + city } });
  const [first] = await hub.run('HelloCities');
  await hub.stop();
  if (first !== 'Hi Tokyo') throw new Error(String(first));
}`;
    // On a busy machine the hub takes longer than mocha's two seconds.
    const mochaArgs = [path.join(projectRoot, 'node_modules', 'mocha', 'bin', 'mocha.js'), '--timeout', '120000'];
    for (const [runner, file, text, args] of [
      [
        'node:test',
        'a.test.cjs',
        `const { it, mock } = require('node:test');\n${cjs}\nmock.timers.enable();\nit('runs', ${body});`,
        ['--test'],
      ],
      ['node:test', 'b.test.mjs', `import { it } from 'node:test';\n${esm}\nit('runs', ${body});`, ['--test']],
      ['mocha', 'c.test.cjs', `${cjs}\nit('runs', ${body});`, mochaArgs],
      ['mocha', 'd.test.mjs', `${esm}\nit('runs', ${body});`, mochaArgs],
    ] as const) {
      it(`runs in ${runner}, ${file.endsWith('.mjs') ? 'ESM' : 'CommonJS'}, and lets it end`, async () => {
        await writeFile(path.join(project, file), text);
        const env: NodeJS.ProcessEnv = { ...process.env };
        // Of the run that this is part of.
        delete env['NODE_TEST_CONTEXT'];
        delete env['NODE_OPTIONS'];
        const { stdout } = await run(process.execPath, [...args, file], { cwd: project, timeout: 240_000, env });
        assert.match(stdout, /pass 1|1 passing/);
      });
    }

    it('has types, in both kinds of modules', async () => {
      const use = `${esm}\nexport const hub = startTestHub({ clock: 'auto' }).then(async (one) => (await one.start('A')).snapshot()[0]?.EventType satisfies string | undefined);\n`;
      for (const name of ['types.cts', 'types.mts']) await writeFile(path.join(project, name), use);
      const tsc = path.join(projectRoot, 'node_modules', 'typescript', 'bin', 'tsc');
      const options = [
        '--noEmit',
        '--strict',
        '--module',
        'nodenext',
        '--target',
        'es2022',
        '--lib',
        'es2022,esnext.disposable,dom',
      ];
      const checked = run(
        process.execPath,
        [
          tsc,
          ...options,
          '--types',
          'node',
          '--typeRoots',
          path.join(projectRoot, 'node_modules', '@types'),
          'types.cts',
          'types.mts',
        ],
        { cwd: project },
      );
      await checked.catch((error: unknown) => assert.fail((error as { stdout: string }).stdout));
    });
  });

  it('replays a history against the code', async () => {
    const data = path.join(folder, 'data');
    const ran = await programs.run(['run', 'app', 'HelloCities', '--data', data, '--json']);
    assert.equal(ran.code, 0, ran.stdout + ran.stderr);
    const served = await programs.start(['app', '--data', data]);
    const history = path.join(folder, 'history.json');
    const exported = await programs.run(['export', '--out', history, '--url', served.ready.url, '--json']);
    assert.equal(exported.code, 0, exported.stdout + exported.stderr);
    await served.stop();
    const replayed = await programs.run(['replay', history, '--app', 'app', '--json']);
    assert.equal(replayed.code, 0, replayed.stdout + replayed.stderr);
  });
});
