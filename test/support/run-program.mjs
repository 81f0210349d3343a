// Runs a program of tests to its end, which it cannot put off: what hangs is ended, with all that it has started, and said to have hung.
import { spawn } from 'node:child_process';

/** What a program has to end by itself once it is asked to, and what those that still hold its output have to let go of it. */
const graceMs = 10_000;
const isGroup = process.platform !== 'win32';

/**
 * Runs Node.js with `args`; answers the exit code (undefined: it was ended) and all that was said on both outputs, as bytes.
 *
 * `silentMs`: a program that has said nothing for so long is asked to end, then killed with what it has started, and what was said closes with that.
 * The program's own end counts, not that of the last one that holds its output; what it has left running is killed.
 */
export function runProgram(args, { cwd, env, silentMs, grace = graceMs }) {
  const child = spawn(process.execPath, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: isGroup });
  const kill = (signal) => {
    try {
      if (isGroup) process.kill(-child.pid, signal);
      else child.kill(signal);
    } catch {
      // It has ended meanwhile.
    }
  };
  // A group of its own does not see Ctrl+C.
  const killAtEnd = () => kill('SIGKILL');
  process.once('exit', killAtEnd);
  const said = [];
  let hung = false;
  let silence;
  let killing;
  const heard = () => {
    clearTimeout(silence);
    silence = setTimeout(() => {
      hung = true;
      said.push(Buffer.from(`\nNothing was said for ${Math.round(silentMs / 1000)} s: it hangs, and is ended.\n`));
      kill('SIGTERM');
      killing = setTimeout(() => kill('SIGKILL'), grace);
    }, silentMs);
  };
  heard();
  for (const output of [child.stdout, child.stderr])
    output.on('data', (chunk) => {
      said.push(chunk);
      if (!hung) heard();
    });
  return new Promise((resolve, reject) => {
    let letGo;
    const ended = (code) => {
      for (const timer of [silence, killing, letGo]) clearTimeout(timer);
      process.off('exit', killAtEnd);
      // What it has left running ends with it.
      kill('SIGKILL');
      for (const output of [child.stdout, child.stderr]) output.destroy();
      resolve({ code: hung ? undefined : (code ?? undefined), said: Buffer.concat(said) });
    };
    child.once('error', reject);
    child.once('exit', (code) => {
      clearTimeout(silence);
      letGo = setTimeout(() => ended(code), grace);
    });
    child.once('close', ended);
  });
}
