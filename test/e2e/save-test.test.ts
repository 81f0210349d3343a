/** A run becomes a test that holds, and that fails with the divergence once the code goes another way. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { DurascopePrograms, projectRoot, type Serving } from '../support/durascope-program';

const run = promisify(execFile);
const mocha = path.join(projectRoot, 'node_modules', 'mocha', 'bin', 'mocha.js');

describe('save-test', () => {
  let folder = '';
  let app = '';
  let programs: DurascopePrograms;
  let serving: Serving;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'durascope-save-test-'));
    app = path.join(folder, 'app');
    await cp(path.join(projectRoot, 'examples', 'hello-cities'), app, {
      recursive: true,
      filter: (source) => !source.split(path.sep).includes('node_modules'),
    });
    await mkdir(path.join(app, 'node_modules'));
    for (const name of ['durable-functions', '@azure'])
      await symlink(path.join(projectRoot, 'node_modules', name), path.join(app, 'node_modules', name), 'junction');
    // As installed.
    await symlink(projectRoot, path.join(app, 'node_modules', 'durascope'), 'junction');
    programs = new DurascopePrograms({ env: { DURASCOPE_HOME: path.join(folder, 'home') }, cwd: folder });
    serving = await programs.start([app, '--memory', '--no-grpc']);
    const started = await programs.run([
      'start-instance',
      'HelloCities',
      '--id',
      "it's-one",
      '--wait',
      '--url',
      serving.ready.url,
    ]);
    assert.equal(started.code, 0, started.stderr);
  });
  after(async () => {
    await programs.endAll();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  const save = async (...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> =>
    programs.run(['save-test', "it's-one", '--url', serving.ready.url, ...args]);
  const savedAs = async (
    ...args: string[]
  ): Promise<{ testFile: string; recording: string; framework: string; missing: string | null }> => {
    const { code, stdout, stderr } = await save('--force', '--json', ...args);
    assert.equal(code, 0, stdout + stderr);
    return JSON.parse(stdout) as { testFile: string; recording: string; framework: string; missing: string | null };
  };
  const environment = (): NodeJS.ProcessEnv => {
    const env = { ...process.env };
    delete env['NODE_TEST_CONTEXT'];
    return env;
  };

  it('writes a test of node:test where the project names no framework, and it passes', async () => {
    const { testFile, framework, missing } = await savedAs();
    assert.equal(framework, 'node:test');
    assert.equal(missing, null);
    assert.equal(path.relative(app, testFile), path.join('test', 'it-s-one.test.js'));
    const { stdout } = await run(process.execPath, ['--test', testFile], { env: environment() });
    assert.match(stdout, /pass 1/);
  });

  it('writes one of the framework that package.json names, in CommonJS and in ES modules', async () => {
    const file = path.join(app, 'package.json');
    const json = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
    try {
      await writeFile(file, JSON.stringify({ ...json, devDependencies: { jest: '1', mocha: '1' }, scripts: { test: 'mocha' } }));
      const { testFile, framework, missing } = await savedAs();
      assert.equal(framework, 'mocha');
      assert.match(missing ?? '', /npm install --save-dev mocha in /);
      const { stdout } = await run(process.execPath, [mocha, testFile]);
      assert.match(stdout, /HelloCities still goes the way of 'it's-one'[^]*1 passing/);
      assert.equal((await savedAs('--framework', 'jest')).framework, 'jest');
      await writeFile(file, JSON.stringify({ ...json, scripts: { test: 'vitest run' } }));
      const vitest = await savedAs();
      assert.equal(vitest.framework, 'vitest');
      assert.match(await readFile(vitest.testFile, 'utf8'), /^import \{ it \} from 'vitest';/);
      await mkdir(path.join(app, 'checks'));
      await writeFile(path.join(app, 'checks', 'package.json'), '{"type":"module"}');
      const esm = await savedAs('--framework', 'node:test', '--folder', path.join(app, 'checks'));
      assert.match((await run(process.execPath, ['--test', esm.testFile], { env: environment() })).stdout, /pass 1/);
    } finally {
      await writeFile(file, JSON.stringify(json));
    }
  });

  it('the test fails once the code goes another way, and says where and why', async () => {
    const { testFile } = await savedAs();
    const source = path.join(app, 'src', 'functions', 'hello-cities.js');
    const text = await readFile(source, 'utf8');
    try {
      await writeFile(source, text.replace("callActivity('SayHello'", "callActivity('SayHi'"));
      await run(process.execPath, ['--test', testFile], { env: environment() }).then(
        () => assert.fail('the test passed'),
        (error: unknown) => {
          const { stdout } = error as { stdout: string };
          assert.match(stdout, /no longer goes the way that it-s-one\.durascope\.json recorded/);
          assert.match(stdout, /recorded\s+activity SayHello[^]*now\s+activity SayHi[^]*at\s+.*hello-cities\.js:\d+/);
        },
      );
    } finally {
      await writeFile(source, text);
    }
  });

  it('keeps a schedule that an exploration has found, which fails until it is mended', async () => {
    const check = path.join(app, 'greeted-once.cjs');
    await writeFile(check, "module.exports = ({ calls }) => (calls.length > 3 ? 'a city is greeted twice' : undefined);");
    const explored = await programs.run(['explore', 'hellocities', '--app', app, '--check', check]);
    const [, line = ''] = /durascope save-test (HelloCities .*)/.exec(explored.stdout) ?? [];
    assert.match(line, /--schedule d0$/);
    const saved = await programs.run(['save-test', ...line.split(' '), '--force', '--json']);
    assert.equal(saved.code, 0, saved.stderr);
    const { testFile } = JSON.parse(saved.stdout) as { testFile: string };
    assert.equal(path.basename(testFile), 'HelloCities-d0.test.js');
    const go = () => run(process.execPath, ['--test', testFile], { env: environment() });
    await go().then(
      () => assert.fail('the test passed'),
      (error: unknown) =>
        assert.match((error as { stdout: string }).stdout, /goes wrong under the schedule 'd0': a city is greeted twice/),
    );
    await writeFile(check, 'module.exports = () => undefined;');
    assert.match((await go()).stdout, /pass 1/);
  });

  it('refuses what it cannot do, and says what to do next', async () => {
    const again = await save();
    assert.equal(again.code, 1);
    assert.match(again.stderr, /There is a test of this run already: .*--force/);
    const unknown = await programs.run(['save-test', 'nobody', '--url', serving.ready.url]);
    assert.match(unknown.stderr, /There is no instance 'nobody'/);
    const framework = await save('--framework', 'ava');
    assert.match(framework.stderr, /--framework takes one of mocha, vitest, jest, node:test, xunit, not 'ava'/);
    const nunit = await save('--framework', 'NUnit');
    assert.match(nunit.stderr, /is one of xunit, also beside tests of NUnit: it goes into a project of its own/);
    const xunit = await save('--framework', 'xunit');
    assert.match(
      xunit.stderr,
      /A test of an app in JavaScript or TypeScript is one of mocha, vitest, jest, node:test, not of xunit/,
    );
    const file = path.join(folder, 'a-file');
    await writeFile(file, 'kept');
    for (const [place, why] of [
      [file, 'ENOTDIR'],
      [path.join(file, 'deeper'), 'ENOTDIR'],
    ] as const) {
      const refused = await save('--folder', place);
      assert.equal(refused.code, 1);
      assert.match(
        refused.stderr,
        new RegExp(`^Error: The test cannot be written into .*${why}.*Name another folder \\(--folder\\)\\.`),
      );
    }
    assert.equal(await readFile(file, 'utf8'), 'kept');
    const taken = path.join(folder, 'taken');
    await mkdir(path.join(taken, 'it-s-one.test.js'), { recursive: true });
    assert.match((await save('--folder', taken, '--force')).stderr, /it-s-one\.test\.js is no file\. Name another folder/);
    await assert.rejects(readFile(path.join(taken, 'recordings', 'it-s-one.durascope.json')), { code: 'ENOENT' });
    assert.match((await save('--folder', '')).stderr, /--folder has an empty value\. Name a folder, or leave it out\./);
    const other = await save('--app', path.join(projectRoot, 'examples', 'patterns'), '--folder', taken);
    assert.match(other.stderr, /There is no orchestrator 'HelloCities'\. .*The app has /);
    const schedule = (...args: string[]) => programs.run(['save-test', ...args, '--app', app, '--folder', taken]);
    assert.match((await schedule('Nobody', '--schedule', 'c0')).stderr, /There is no orchestrator 'Nobody'/);
    assert.match((await schedule('HelloCities', '--schedule', 'c0 zz')).stderr, /'zz' is no step of a schedule: take the line/);
    const csharp = await save('--app', path.join(projectRoot, 'examples', 'hello-cities-csharp'));
    assert.match(csharp.stderr, /written for apps in JavaScript, TypeScript and C#\. .*durascope replay FILE/);
  });
});
