/** The emulator that the dashboard shows, as its parts share it: what is known of it, and what the user wants to start. */
import type { HistoryEvent } from '../../core/history/history';
import type { ForkRequest } from '../../core/instances/forks';
import type { InstanceRow } from '../../core/instances/instance';
import { DurascopeError } from '../../core/values/errors';
import type { HttpTaskHubClient } from '../../http/client/http-task-hub-client';
import { Store, type Schedule } from '../state/store';

/** What a form for starting begins with; `input` is JSON text. */
export interface StartForm {
  name?: string;
  input?: string;
}

/** What a form for forking begins with; the row counts from 1, in the order of commit. */
export interface WhatIfForm {
  instanceId: string;
  row: number;
}

/** What can be changed depends on it. */
export interface ForkFacts {
  row: InstanceRow;
  history: readonly HistoryEvent[];
}

export interface BrowserHubState {
  /** Null until there was a connection. */
  info: HttpTaskHubClient['info'] | null;
  /** The form that is open. */
  start: StartForm | null;
  whatIf: WhatIfForm | null;
}

export class BrowserHub {
  readonly state: Store<BrowserHubState>;
  #client: HttpTaskHubClient | undefined;

  constructor(schedule: Schedule) {
    this.state = new Store<BrowserHubState>({ info: null, start: null, whatIf: null }, schedule);
  }

  /** Undefined while there is no connection. */
  get client(): HttpTaskHubClient | undefined {
    return this.#client;
  }

  set client(client: HttpTaskHubClient | undefined) {
    this.#client = client;
    if (client !== undefined) this.state.set({ info: client.info });
  }

  askToStart(form: StartForm = {}): void {
    this.state.set({ start: form });
  }

  /** With the orchestrator and the input of another instance. */
  async askToStartAgain(instanceId: string): Promise<void> {
    const row = await this.connected().get(instanceId);
    if (row !== undefined) this.askToStart({ name: row.name, ...(row.input === null ? {} : { input: row.input }) });
  }

  askWhatIf(form: WhatIfForm): void {
    this.state.set({ whatIf: form });
  }

  cancelWhatIf(): void {
    this.state.set({ whatIf: null });
  }

  /** Throws what the user is to read where nothing can be forked. */
  async forkFacts(instanceId: string): Promise<ForkFacts> {
    const client = this.connected();
    const [row, history] = await Promise.all([client.get(instanceId), client.history(instanceId)]);
    if (row === undefined) throw new DurascopeError('InstanceNotFound', `There is no instance '${instanceId}'.`);
    if (history.length === 0) {
      throw new DurascopeError('InstanceWrongState', `'${instanceId}' is ${row.runtimeStatus} and has no history yet.`);
    }
    return { row, history };
  }

  /** The id of the fork. */
  async fork(instanceId: string, request: ForkRequest): Promise<string> {
    return (await this.connected().fork(instanceId, request)).instanceId;
  }

  cancelStart(): void {
    this.state.set({ start: null });
  }

  /** Of the app and of programs that are connected; none while nothing answers. */
  async orchestrators(): Promise<string[]> {
    const client = this.#client;
    if (client === undefined) return [];
    const [functions, { workers }] = await Promise.all([client.functions(), client.connections()]);
    const own = functions.filter(({ type, isBuiltIn }) => type === 'orchestrator' && isBuiltIn !== true).map(({ name }) => name);
    return [...new Set([...own, ...workers.flatMap(({ orchestrators }) => orchestrators)])].sort();
  }

  /** The id of what was started. An empty `instanceId`: one is made up; `input`: JSON text or null. */
  async start(name: string, instanceId: string, input: string | null): Promise<string> {
    const started = await this.connected().start({ name, input, ...(instanceId === '' ? {} : { instanceId }) });
    return started.instanceId;
  }

  /** Throws what the user is to read when there is no connection. */
  connected(): HttpTaskHubClient {
    if (this.#client !== undefined) return this.#client;
    throw new DurascopeError('EmulatorNotFound', 'The emulator does not answer. Start it, and try again.');
  }
}
