/** Tests that are broken off leave no program behind (test/support/ends-programs.cjs). */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

const guard = path.resolve('test/support/ends-programs.cjs');
const program = `
  const child = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], { stdio: 'ignore' });
  process.stdout.write(String(child.pid));
  process.stdin.on('data', () => process.exit(0));
`;
/** As mocha does with several files at a time: another process, with a channel to this one, runs the tests. */
const inParallel = `
  const [node, ...args] = [process.execPath, '--require', ${JSON.stringify(guard)}, '-e', ${JSON.stringify(program)}];
  require('node:child_process').spawn(node, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
`;

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('a program that a test has started', () => {
  const signals = process.platform === 'win32' ? [] : (['SIGINT', 'SIGTERM', 'SIGHUP'] as const);
  const ways = [
    ...(['exit', ...signals] as const).map((how) => ({ how, code: program, where: '' })),
    ...signals.map((how) => ({ how, code: inParallel, where: ', to the process above that of the tests' })),
  ];
  for (const { how, code, where } of ways) {
    it(`ends with the tests: ${how}${where}`, async () => {
      const tests = spawn(process.execPath, ['--require', guard, '-e', code]);
      const [printed] = (await once(tests.stdout, 'data')) as [Buffer];
      const pid = Number(printed.toString());
      assert.ok(isThere(pid));
      if (how === 'exit') tests.stdin.write('.');
      else tests.kill(how);
      await once(tests, 'exit');
      while (isThere(pid)) await new Promise((resolve) => setTimeout(resolve, 20));
    });
  }
});
