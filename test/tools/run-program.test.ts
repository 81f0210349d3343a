/** What runs the parts of the editor's tests: none of them keeps the whole run from its end. */
import assert from 'node:assert/strict';
import { runProgram } from '../support/run-program.mjs';

const options = { cwd: process.cwd(), env: process.env, silentMs: 60_000 };
const run = async (code: string, given: object = {}): Promise<{ code: number | undefined; said: string }> => {
  const outcome = await runProgram(['-e', code], { ...options, ...given });
  return { code: outcome.code, said: String(outcome.said) };
};
const spawned = (body: string): string =>
  `const { spawn } = require('node:child_process');
   const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)'], { stdio: ['ignore', 'inherit', 'inherit'] });
   console.log(child.pid); child.unref(); ${body}`;

const isRunning = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

async function isGone(pid: number): Promise<void> {
  while (isRunning(pid)) await new Promise((resolve) => setImmediate(resolve));
}

describe('a program of tests', () => {
  it('tells its exit code and what it has said', async () => {
    assert.deepEqual(await run(`console.log('one'); console.error('two'); process.exitCode = 3`), {
      code: 3,
      said: 'one\ntwo\n',
    });
  });

  it('that hangs is ended, and what it said before is there', async () => {
    // Long enough for a process to begin where the machine is busy.
    const { code, said } = await run(`console.log('begun'); setInterval(() => {}, 1e6)`, { silentMs: 8_000 });
    assert.equal(code, undefined);
    assert.match(said, /begun[^]*Nothing was said for 8 s: it hangs, and is ended\./);
  });

  it('that does not end when it is asked to is killed, with what it has started', async () => {
    const { code, said } = await run(spawned(`process.on('SIGTERM', () => {}); setInterval(() => {}, 1e6)`), {
      silentMs: 8_000,
      grace: 100,
    });
    assert.equal(code, undefined);
    await isGone(Number.parseInt(said));
  });

  it('has ended though somebody still holds its output, who ends with it', async () => {
    const { code, said } = await run(spawned(''), { grace: 100 });
    assert.equal(code, 0);
    await isGone(Number.parseInt(said));
  });
});
