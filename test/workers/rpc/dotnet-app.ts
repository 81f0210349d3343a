/**
 * The fixture of the .NET isolated worker, built once for all tests and kept in the system's folder for temporary files as long as its
 * sources stay as they are; and an emulator on it.
 */
import path from 'node:path';
import type { Context } from 'mocha';
import type { InstanceRow } from '../../../src/core/instances/instance';
import type { LogEntry } from '../../../src/core/ports/logger';
import { isTerminal } from '../../../src/core/values/status';
import type { Emulator, EmulatorEvent, EmulatorOptions } from '../../../src/emulator/emulator-types';
import { startEmulator } from '../../../src/emulator/emulator';
import { builtApp } from '../../support/built-dotnet-app';

const fixture = path.resolve(import.meta.dirname, '../../fixtures/apps/dotnet');

/** The folder of the built app, not to be written to; null, said once, where there is no .NET SDK or no packages. */
export function builtDotnetApp(): Promise<string | null> {
  return builtApp('.NET isolated', fixture);
}

/** For `before`: the test file is skipped by name where the app cannot be built. */
export async function dotnetAppOrSkip(context: Context): Promise<string> {
  context.timeout(15 * 60_000);
  return (await builtDotnetApp()) ?? context.skip();
}

export class RunningEmulator {
  readonly logs: LogEntry[] = [];
  readonly events: EmulatorEvent[] = [];
  readonly #waiters = new Set<() => void>();

  static async start(appDir: string, options: Partial<EmulatorOptions> = {}): Promise<RunningEmulator> {
    const running = new RunningEmulator();
    running.emulator = await startEmulator({
      appDir,
      port: 0,
      memory: true,
      timers: 'off',
      ...options,
      logger: (entry) => {
        running.logs.push(entry);
        running.#happened();
      },
    });
    running.emulator.hub.subscribe(() => running.#happened());
    running.emulator.onEvent((event) => {
      running.events.push(event);
      running.#happened();
    });
    return running;
  }

  emulator!: Emulator;

  #happened(): void {
    for (const waiter of [...this.#waiters]) waiter();
  }

  /** What `look` finds, asked again after every change of an instance, every event and every line of the log. */
  async eventually<V>(look: () => Promise<V | undefined> | V | undefined): Promise<V> {
    let again = (): void => undefined;
    const waiter = (): void => again();
    this.#waiters.add(waiter);
    try {
      for (;;) {
        const next = new Promise<void>((resolve) => (again = resolve));
        const found = await look();
        if (found !== undefined) return found;
        await next;
      }
    } finally {
      this.#waiters.delete(waiter);
    }
  }

  async start(name: string, input?: unknown, options: { instanceId?: string; version?: string } = {}): Promise<string> {
    const { hub } = this.emulator;
    return (await hub.start({ name, input: input === undefined ? null : JSON.stringify(input), ...options })).instanceId;
  }

  until(instanceId: string, isIt: (row: InstanceRow) => boolean): Promise<InstanceRow> {
    return this.eventually(async () => {
      const row = await this.emulator.hub.get(instanceId);
      return row !== undefined && isIt(row) ? row : undefined;
    });
  }

  ended(instanceId: string): Promise<InstanceRow> {
    return this.until(instanceId, (row) => isTerminal(row.runtimeStatus));
  }

  /** Of an instance that is started and has to complete, parsed. */
  async outputOf(name: string, input?: unknown): Promise<unknown> {
    const row = await this.ended(await this.start(name, input));
    if (row.runtimeStatus !== 'Completed') throw new Error(`${name}: ${row.runtimeStatus}: ${row.output ?? ''}`);
    return JSON.parse(row.output ?? 'null') as unknown;
  }

  async rows(instanceId: string): Promise<string[]> {
    return (await this.emulator.hub.history(instanceId)).map((row) => row.EventType);
  }

  stop(): Promise<void> {
    return this.emulator.stop();
  }
}
