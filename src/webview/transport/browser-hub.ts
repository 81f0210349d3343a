/** The emulator that the dashboard shows, as its parts share it: what is known of it, and what the user wants to start. */
import { DurascopeError } from '../../core/values/errors';
import type { HttpTaskHubClient } from '../../http/client/http-task-hub-client';
import { Store, type Schedule } from '../state/store';

/** What a form for starting begins with; `input` is JSON text. */
export interface StartForm {
  name?: string;
  input?: string;
}

export interface BrowserHubState {
  /** Null until there was a connection. */
  info: HttpTaskHubClient['info'] | null;
  /** The form that is open. */
  start: StartForm | null;
}

export class BrowserHub {
  readonly state: Store<BrowserHubState>;
  #client: HttpTaskHubClient | undefined;

  constructor(schedule: Schedule) {
    this.state = new Store<BrowserHubState>({ info: null, start: null }, schedule);
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
