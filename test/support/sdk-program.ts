/** The orchestrators of test/fixtures/programs as a connected program of a Durable Task SDK. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp } from 'node:fs/promises';
import path from 'node:path';
import { projectRoot } from './durascope-program';
import type { Toolchain } from './sdk-toolchains';

/** Builds the program in the folder, with the package list of the example; rejects as `Toolchain.build` does. */
export async function buildProgram(toolchain: Toolchain, folder: string): Promise<void> {
  const examples = path.join(projectRoot, 'examples', 'durable-task');
  const packages = { python: [], java: ['pom.xml'], go: ['go.mod', 'go.sum'], csharp: ['Example.csproj'] }[toolchain.name];
  for (const file of packages) await cp(path.join(examples, toolchain.name, file), path.join(folder, file));
  await cp(path.join(projectRoot, 'test', 'fixtures', 'programs', toolchain.name), folder, { recursive: true });
  await toolchain.build(folder);
}

export class SdkProgram {
  readonly #process: ChildProcess;
  /** What it has printed, to say why it does not do what it should. */
  output = '';

  constructor(toolchain: Toolchain, folder: string, address: string, env: Readonly<Record<string, string>> = {}) {
    const [file, ...args] = toolchain.command(folder);
    this.#process = spawn(file, args, {
      cwd: folder,
      env: { ...process.env, ...env, DURASCOPE_ADDRESS: address },
      shell: toolchain.isBatch,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    for (const stream of [this.#process.stdout, this.#process.stderr])
      stream?.on('data', (text: Buffer) => (this.output = `${this.output}${text.toString()}`.slice(-10_000)));
  }

  /** Rejects with what the program has printed when it ends. */
  async ended(): Promise<never> {
    const [code] = (await once(this.#process, 'exit')) as [number | null];
    throw new Error(`The program ended with ${code}: ${this.output}`);
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** It ends by itself when its input does. */
  async stop(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const exit = once(this.#process, 'exit');
    const limit = setTimeout(() => this.#process.kill('SIGKILL'), 10_000);
    this.#process.stdin?.end();
    await exit;
    clearTimeout(limit);
  }
}
