/**
 * A process for an app that is started before it is known what it shall run: Node.js and our part of it come up while the emulator does.
 * Folder and environment it is told on a pipe; without orders it ends with this process.
 *
 *   W1. Whoever looks into the process later finds it as if it had been started with its orders. Where that cannot be (other arguments, a
 *       variable that Node.js or the system's libraries read when a process begins), one is started in the ordinary way instead.
 */
import { spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { launched, spawnProcess, type LaunchedProcess, type Launcher, type LaunchSpec } from '../../supervision/launch';
import { ordersFd, waitingVariable, type Orders } from '../wire/orders';

export interface WaitingProcess {
  readonly pid: number | undefined;
  readonly exited: LaunchedProcess['exited'];
  /** Gives the process its orders the first time, if it fits; starts others as ever. */
  readonly launcher: Launcher;
  /** Nobody will need it. Without effect once it has its orders. */
  dismiss(): void;
}

/** W1. */
const readAtTheBeginning = /^(NODE|UV|V8|ELECTRON|LD|DYLD|SSL|OPENSSL|ICU|LC|LANG|LANGUAGE|TZ|MALLOC|GLIBC)(_|$)/i;

/** `args` as of `nodeArguments`. It does not keep this process from ending. */
export function startWaitingProcess(command: string, args: readonly string[]): WaitingProcess {
  const env = { ...process.env, [waitingVariable]: '1' };
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe', 'pipe'], windowsHide: true });
  const orders = child.stdio[ordersFd] as Writable & Partial<Socket>;
  const handles = [child, child.stdout as Readable & Partial<Socket>, child.stderr as Readable & Partial<Socket>, orders];
  for (const handle of handles) handle.unref?.();
  let isFree = true;
  // Gone before it was needed.
  const lost = (): void => void (isFree = false);
  child.once('error', lost);
  child.once('exit', lost);
  orders.on('error', lost);
  const process_ = launched(child);
  return {
    pid: process_.pid,
    exited: process_.exited,
    launcher: (spec) => {
      if (!isFree || spec.command !== command || !isSame(spec.args, args) || !canBeTold(spec)) return spawnProcess(spec);
      isFree = false;
      for (const handle of handles) handle.ref?.();
      const { cwd, env: wholeEnv } = spec;
      orders.end(JSON.stringify({ cwd, env: wholeEnv } satisfies Orders));
      return process_;
    },
    dismiss: () => {
      if (isFree) child.kill('SIGKILL');
      isFree = false;
    },
  };
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((each, at) => each === b[at]);
}

// W1
function canBeTold({ env }: LaunchSpec): boolean {
  const names = new Set([...Object.keys(env), ...Object.keys(process.env)]);
  return [...names].every((name) => !readAtTheBeginning.test(name) || env[name] === process.env[name]);
}
