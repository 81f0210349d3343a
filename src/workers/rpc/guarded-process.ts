/**
 * Starts a worker that would outlive us, and sees to it that it does not: a guard waits at the other end of a pipe, which closes when this
 * process is gone in whatever way, and ends the worker then.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { exitOf, type Launcher } from '../supervision/launch';

const isWindows = process.platform === 'win32';

/** A `Launcher`. Where there are process groups the worker leads one, which ends as a whole; a terminal's Ctrl+C does not reach it. */
export const spawnGuarded: Launcher = ({ command, args, cwd, env }) => {
  const child = spawn(command, args, {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
    detached: !isWindows,
  });
  const guard = child.pid === undefined ? null : guardOf(child.pid);
  const exited = exitOf(child);
  void exited.then(() => guard?.kill('SIGKILL'));
  return {
    pid: child.pid,
    stdout: child.stdout,
    stderr: child.stderr,
    exited,
    kill: () => killGroup(child),
  };
};

function killGroup(child: ChildProcess): void {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  try {
    if (isWindows) child.kill('SIGKILL');
    else process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It is gone already.
  }
}

/** Ends when it is told anything, or when we end; then it ends the worker, which has mostly ended before. */
function guardOf(pid: number): ChildProcess {
  const options = { stdio: ['pipe', 'ignore', 'ignore'] as ['pipe', 'ignore', 'ignore'], windowsHide: true };
  const guard = isWindows
    ? spawn(process.execPath, ['-e', `process.stdin.resume().on('close',()=>{try{process.kill(${pid})}catch{}})`], {
        ...options,
        env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
      })
    : spawn('/bin/sh', ['-c', `read -r line; kill -9 -${pid} 2>/dev/null`], { ...options, detached: true });
  // Without it the worker runs as well.
  guard.on('error', () => undefined);
  guard.stdin.on('error', () => undefined);
  guard.unref();
  return guard;
}
