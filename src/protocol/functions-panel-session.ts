/**
 * The host's side of the functions panel (functions-panel.ts).
 *
 *   F1. Of the instances last updated, so many that the panel stays quick, the histories are read; of each again only when it has changed.
 *   F2. Instances are counted for each orchestrator that has changed, and for all when there is a new connection.
 */
import type { FunctionDescriptor } from '../core/ports/function-worker';
import type { HubChange } from '../core/ports/task-hub-client';
import type { CallingFunction } from '../core/values/function-calls';
import type { OrchestrationStatus } from '../core/values/status';
import { toTimestamp } from '../core/values/time';
import { functionsGraph } from './functions-graph';
import { fromFunctionsPanel, type CallCounts, type FromFunctionsPanel, type ToFunctionsPanel } from './functions-panel';
import { PanelSession, type PanelSessionOptions } from './panel-session';
import type { CommonRequest } from './panel-values';
import { seenCalls, type SeenCall } from './seen-calls';

type OwnRequest = Exclude<FromFunctionsPanel, CommonRequest>;

export interface FunctionsPanelSessionOptions extends PanelSessionOptions<ToFunctionsPanel> {
  /** Of the app or hub, for the title. */
  app: string;
  /** Of the app that runs; null: nothing runs. */
  functions: () => Promise<readonly FunctionDescriptor[] | null>;
  /** What its code says; absent: there is none to be read here. */
  code?: () => Promise<readonly CallingFunction[]>;
  showInstances?: (name: string) => void;
}

export const snapshotEveryMs = 500;
const mostInstances = 200;
/** Of one history; what comes after it is not counted. */
const mostRows = 2000;

interface SeenInstance {
  key: string;
  caller: string;
  calls: readonly SeenCall[];
}

export class FunctionsPanelSession extends PanelSession<OwnRequest, ToFunctionsPanel, FunctionsPanelSessionOptions> {
  #isPlanned = false;
  #isBusy = false;
  #isDirty = false;
  #seen = new Map<string, SeenInstance>();
  readonly #instances = new Map<string, CallCounts>();
  /** Orchestrators to be counted anew; null: all. */
  #changed: Set<string> | null = null;

  constructor(options: FunctionsPanelSessionOptions) {
    super(options, fromFunctionsPanel);
  }

  /** The code or the app's functions have changed. */
  refresh(): void {
    this.#soon();
  }

  override disconnect(message: string, canStart = false): void {
    super.disconnect(message, canStart);
    // What the code says is there without an emulator.
    this.#soon();
  }

  protected override onConnected(): void {
    this.#seen.clear();
    this.#instances.clear();
    this.#changed = null;
    this.#soon();
  }

  protected override onReady(): Promise<void> {
    this.#isDirty = true;
    return this.#send();
  }

  protected override handle(message: OwnRequest): Promise<void> {
    if (message.type === 'startInstance') this.options.host.startInstance(message.name);
    else this.options.showInstances?.(message.name);
    return Promise.resolve();
  }

  protected override onChanges(changes: readonly HubChange[]): void {
    for (const change of changes) {
      if (change.type === 'instance') this.#changed?.add(change.row.name);
      // Whose it was is not said.
      else this.#changed = null;
    }
    this.#soon();
  }

  #soon(): void {
    this.#isDirty = true;
    if (this.#isPlanned || this.#isBusy || !this.isReady) return;
    this.#isPlanned = true;
    this.options.clock.after(snapshotEveryMs, () => {
      this.#isPlanned = false;
      void this.#send();
    });
  }

  async #send(): Promise<void> {
    if (this.#isBusy || !this.#isDirty) return;
    this.#isBusy = true;
    this.#isDirty = false;
    try {
      await this.#snapshot();
    } catch (error) {
      // The connection may have gone meanwhile; the panel knows that.
      if (this.hub !== undefined) this.options.onError?.(error);
    } finally {
      this.#isBusy = false;
    }
    if (this.#hasChanged()) this.#soon();
  }

  // A method: the compiler thinks that the field is still false.
  #hasChanged(): boolean {
    return this.#isDirty;
  }

  async #snapshot(): Promise<void> {
    const { app, clock, code } = this.options;
    const [functions, calling] = await Promise.all([this.options.functions(), code?.() ?? null]);
    const instances = this.hub === undefined ? 0 : await this.#look();
    const graph = functionsGraph({
      functions,
      code: calling,
      seen: [...this.#seen.values()],
      instances: this.#instances,
    });
    this.post({
      ...{ type: 'functions', now: toTimestamp(clock.now()), app, ...graph },
      ...{ hasCode: calling !== null, instancesRead: this.#seen.size, instances },
    });
  }

  /** Counts what is in the hub; answers with the number of its instances. */
  async #look(): Promise<number> {
    const hub = this.connected();
    const { instances } = await hub.query({
      ...{ entities: 'exclude', orderBy: 'lastUpdatedTime', descending: true, pageSize: mostInstances },
    });
    const seen = new Map<string, SeenInstance>();
    await Promise.all(
      instances.map(async ({ instanceId, executionId, historyLength, name }) => {
        const key = `${executionId} ${historyLength}`;
        const known = this.#seen.get(instanceId);
        const calls =
          known?.key === key ? known.calls : seenCalls(historyLength === 0 ? [] : await hub.history(instanceId, 0, mostRows));
        seen.set(instanceId, { key, caller: name, calls });
      }),
    );
    this.#seen = seen;
    await this.#count();
    const all = await hub.countByStatus({ entities: 'exclude' });
    return sumOf(all);
  }

  async #count(): Promise<void> {
    const hub = this.connected();
    const functions = (await this.options.functions()) ?? [];
    const known = new Set(functions.filter(({ type }) => type === 'orchestrator').map(({ name }) => name));
    for (const { caller } of this.#seen.values()) known.add(caller);
    const names = [...(this.#changed === null ? known : this.#changed)];
    this.#changed = new Set();
    if (names.length === 0) return;
    await Promise.all(
      names
        .filter((name) => !name.startsWith('@'))
        .map(async (name) => {
          const counts = await hub.countByStatus({ names: [name], entities: 'exclude' });
          const total = sumOf(counts);
          const running = (['Running', 'Pending', 'Suspended', 'ContinuedAsNew'] as const).reduce(
            (sum, status) => sum + (counts[status] ?? 0),
            0,
          );
          if (total === 0) this.#instances.delete(name);
          else this.#instances.set(name, { total, running, failed: counts.Failed ?? 0 });
        }),
    );
  }
}

function sumOf(counts: Partial<Record<OrchestrationStatus, number>>): number {
  return Object.values(counts).reduce((sum, each) => sum + each, 0);
}
