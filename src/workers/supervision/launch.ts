/** How the process with the user's code comes to life: started here, or by someone else (a debugger) with what it is told. */
import { spawn, type ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';

export interface LaunchSpec {
  /** Node.js, or a program that acts as it. */
  command: string;
  args: readonly string[];
  cwd: string;
  /** The whole environment. */
  env: Readonly<Record<string, string>>;
}

export interface LaunchedProcess {
  /** Undefined until it has connected when someone else started it. */
  readonly pid: number | undefined;
  readonly stdout: Readable | null;
  readonly stderr: Readable | null;
  /** Settles when the process is gone; `error` when it could not be started at all. */
  readonly exited: Promise<{ code: number | null; signal: string | null; error?: Error }>;
  /** Ends it at once. May be called when it is gone. */
  kill(): void;
  /** Whether it and its output keep the event loop of this process alive; they do from the start. Absent: that is for others to say. */
  hold?(keep: boolean): void;
}

export type Launcher = (spec: LaunchSpec) => LaunchedProcess;

/** Starts a child of this process, without a shell. */
export const spawnProcess: Launcher = ({ command, args, cwd, env }) => {
  const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true });
  return launched(child);
};

const lastWordsMs = 1_000;

/** As `LaunchedProcess.exited`, with all of its output, for a child that was just started. */
export function exitOf(child: ChildProcess): LaunchedProcess['exited'] {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ code: null, signal: null, error }));
    // Children of the app may hold its output open for longer than it lives.
    child.once('exit', (code, signal) => {
      const late = setTimeout(() => resolve({ code, signal }), lastWordsMs);
      child.once('close', () => {
        clearTimeout(late);
        resolve({ code, signal });
      });
    });
  });
}

/** A child that was just started. */
export function launched(child: ChildProcess): LaunchedProcess {
  return {
    pid: child.pid,
    stdout: child.stdout,
    stderr: child.stderr,
    exited: exitOf(child),
    kill: () => void child.kill('SIGKILL'),
    hold: (keep) => {
      // Pipes are sockets, whatever their type says.
      for (const handle of [child, child.stdout, child.stderr] as (Partial<Socket> | null)[])
        handle?.[keep ? 'ref' : 'unref']?.();
    },
  };
}
