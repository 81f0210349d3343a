/** `durascope/testing` in jest and vitest, each from npm: with their own modules, their fake timers, and their end. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { projectRoot } from '../support/durascope-program';

const run = promisify(execFile);
const isWindows = process.platform === 'win32';
const body = `async () => {
  const hub = await startTestHub({ app: 'app', activities: { SayHello: (city) => 'Hi ' + city } });
  expect((await hub.run('HelloCities'))[0]).toBe('Hi Tokyo');
  await hub.stop();
  expect((await explore('HelloCities', { app: 'app' })).isComplete).toBe(true);
}`;

describe('durascope/testing', () => {
  let project = '';
  const npm = (args: readonly string[], cwd: string): Promise<unknown> =>
    run(isWindows ? 'npm.cmd' : 'npm', args, { cwd, shell: isWindows });

  before(async () => {
    project = await mkdtemp(path.join(tmpdir(), 'durascope-frameworks-'));
    await cp(path.join(projectRoot, 'examples', 'hello-cities'), path.join(project, 'app'), {
      recursive: true,
      filter: (source) => !source.split(path.sep).includes('node_modules'),
    });
    await symlink(path.join(projectRoot, 'node_modules'), path.join(project, 'app', 'node_modules'), 'junction');
    await writeFile(path.join(project, 'package.json'), JSON.stringify({ name: 'project', private: true }));
    await npm(['pack', '--ignore-scripts', '--pack-destination', project], projectRoot);
    const file = (await readdir(project)).find((name) => name.endsWith('.tgz')) ?? '';
    await npm(['install', '--no-fund', '--no-audit', `./${file}`, 'jest@30', 'vitest@4'], project);
  });
  after(() => rm(project, { recursive: true, force: true, maxRetries: 5 }));

  for (const [runner, file, text, args] of [
    [
      'jest',
      'a.test.js',
      `const { explore, startTestHub } = require('durascope/testing');\njest.useFakeTimers();\ntest('runs', ${body});`,
      ['node_modules/jest/bin/jest.js', '--testMatch', '**/a.test.js'],
    ],
    [
      'vitest',
      'b.test.mjs',
      `import { explore, startTestHub } from 'durascope/testing';\nimport { expect, test, vi } from 'vitest';\nvi.useFakeTimers();\ntest('runs', ${body});`,
      ['node_modules/vitest/vitest.mjs', 'run', 'b.test.mjs'],
    ],
  ] as const) {
    it(`runs in ${runner}`, async () => {
      await writeFile(path.join(project, file), text);
      const { stdout, stderr } = await run(process.execPath, args, { cwd: project, timeout: 60_000 });
      assert.match(stdout + stderr, /1 passed/);
    });
  }
});
