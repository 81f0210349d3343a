/** The built command line as a process: what a user runs. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';

export const projectRoot = path.resolve(__dirname, '../..');
const builtProgram = path.join(projectRoot, 'dist', 'cli.js');

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface Ready {
  event: 'ready';
  url: string;
  managementUrl: string;
  key: string;
  dataDir: string | null;
  pid: number;
  workerPid?: number;
  functions: { name: string; type: string; route?: string }[];
}

export interface Serving {
  ready: Ready;
  process: ChildProcess;
  /** Lines after the first, parsed. */
  lines: Record<string, unknown>[];
  /** Resolves with the first line, past or to come, that fits. */
  line(fits: (line: Record<string, unknown>) => boolean): Promise<Record<string, unknown>>;
  stderr(): string;
  /** As Ctrl+C does; resolves with the exit code once the process is gone. */
  stop(): Promise<number | null>;
  /** As a crash of the machine's user does. */
  kill(): Promise<void>;
}

export interface ProgramOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** Its file; the one built here unless said otherwise. */
  program?: string;
}

/** Programs of one test file: `endAll` in its `after` leaves none behind. */
export class DurascopePrograms {
  private readonly children = new Set<ChildProcess>();

  constructor(private readonly defaults: ProgramOptions = {}) {}

  /** Runs to the end. */
  run(args: readonly string[], options: ProgramOptions = {}): Promise<Ended> {
    const child = this.spawn(args, options);
    return new Promise((resolve, reject) => {
      let stdout = '';
      let stderr = '';
      child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
      child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
      child.once('error', reject);
      child.once('close', (code) => resolve({ code, stdout, stderr }));
    });
  }

  /** `durascope start <args> --json`, on any free port unless the arguments name one; resolves once it is ready. */
  start(args: readonly string[], options: ProgramOptions = {}): Promise<Serving> {
    const child = this.spawn(['start', ...args, ...(args.includes('--port') ? [] : ['--port', '0']), '--json'], options);
    const exit = new Promise<number | null>((resolve) => child.once('close', resolve));
    let errors = '';
    child.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    const lines: Record<string, unknown>[] = [];
    const waiting = new Set<() => void>();
    return new Promise((resolve, reject) => {
      void exit.then((code) => reject(new Error(`durascope start ended with ${String(code)} before it was ready:\n${errors}`)));
      let ready = false;
      if (child.stdout === null) throw new Error('the process has no output');
      createInterface({ input: child.stdout }).on('line', (text) => {
        const line = JSON.parse(text) as Record<string, unknown>;
        if (ready) {
          lines.push(line);
          for (const look of [...waiting]) look();
          return;
        }
        ready = true;
        resolve({
          ready: line as unknown as Ready,
          process: child,
          lines,
          line: (fits) =>
            new Promise((found) => {
              const look = (): void => {
                const line = lines.find(fits);
                if (line === undefined) return;
                waiting.delete(look);
                found(line);
              };
              waiting.add(look);
              look();
            }),
          stderr: () => errors,
          stop: () => {
            child.kill('SIGTERM');
            return exit;
          },
          kill: async () => {
            child.kill('SIGKILL');
            await exit;
          },
        });
      });
    });
  }

  async endAll(): Promise<void> {
    await Promise.all(
      [...this.children].map(async (child) => {
        if (child.exitCode !== null || child.signalCode !== null) return;
        const gone = new Promise((resolve) => child.once('close', resolve));
        child.kill('SIGKILL');
        await gone;
      }),
    );
  }

  private spawn(args: readonly string[], options: ProgramOptions): ChildProcess {
    const env: NodeJS.ProcessEnv = { ...process.env, ...this.defaults.env, ...options.env };
    shareCompiledCode(env);
    const child = spawn(process.execPath, [options.program ?? this.defaults.program ?? builtProgram, ...args], {
      cwd: options.cwd ?? this.defaults.cwd ?? projectRoot,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.children.add(child);
    return child;
  }
}

/**
 * A home that a test has made for itself begins with the compiled code of the whole run (`src/base/code-cache.ts`), which goes with the
 * run's temporary files: otherwise the programs of each test would compile all of theirs again, and keep it. Outside of a run, as in
 * benchmarks, nothing is shared.
 */
function shareCompiledCode({ DURASCOPE_HOME: home, DURASCOPE_TESTS_SYSTEM_TMPDIR: ofRun }: NodeJS.ProcessEnv): void {
  if (home === undefined || ofRun === undefined) return;
  const cache = path.join(home, 'cache');
  if (existsSync(cache)) return;
  const shared = path.join(tmpdir(), 'compiled-code');
  for (const folder of [home, shared]) mkdirSync(folder, { recursive: true, mode: 0o700 });
  symlinkSync(shared, cache, 'junction');
}
