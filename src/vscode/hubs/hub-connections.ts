/**
 * The hubs that are attached in this editor.
 *
 *   K1. Connections with their keys lie in the editor's secret storage only; names to show lie beside it.
 *   K2. A connection is opened when somebody looks at it, and again after it has failed.
 *   K3. A hub is only looked at unless somebody has said otherwise in this window: nothing of that is kept.
 */
import type * as vscode from 'vscode';
import * as z from 'zod';
import { messageOf } from '../../base/error-message';
import type { Clock } from '../../core/ports/clock';
import { DurascopeError } from '../../core/values/errors';
import { hubOfApp } from '../../hubs/app-hub';
import type { AccessTokens } from '../../hubs/access-token';
import type { AttachedHub } from '../../hubs/attached-hub';
import { hubNamed, hubTarget, targetLabel, type HubTarget } from '../../hubs/hub-target';
import { openHub, type OpenHubOptions } from '../../hubs/open-hub';

/** Where a hub is: a text that a person gave, or the folder of an app, whose files are read each time. `hubName` goes before what they say. */
export type HubSource =
  { type: 'text'; text: string; hubName: string | null } | { type: 'app'; appDir: string; hubName?: string | undefined };

export interface AttachedConnection {
  readonly id: string;
  readonly label: string;
  /** Once it is open. */
  readonly hub: AttachedHub | undefined;
  /** Why it could not be opened the last time. */
  readonly failure: string | undefined;
  open(): Promise<AttachedHub>;
}

const storedList = z.array(z.object({ id: z.string(), label: z.string() }));
const storedSource = z.union([
  z.object({ type: z.literal('text'), text: z.string(), hubName: z.string().nullable() }),
  z.object({ type: z.literal('app'), appDir: z.string(), hubName: z.string().optional() }),
]);
const listKey = 'hubs.attached';
const secretOf = (id: string): string => `durascope.hub.${id}`;

export interface HubConnectionsOptions {
  secrets: Pick<vscode.SecretStorage, 'get' | 'store' | 'delete'>;
  memory: Pick<vscode.Memento, 'get' | 'update'>;
  clock: Clock;
  /** For hubs that ask for a sign-in. */
  tokens?: AccessTokens;
  newId: () => string;
  /** Why a hub lets everybody wait, in words; null once none does. */
  waiting?: (words: string | null) => void;
  changed: () => void;
}

export async function targetOf(source: HubSource): Promise<HubTarget> {
  if (source.type === 'text') return hubTarget(source.text, source.hubName);
  const target = await hubOfApp(source.appDir);
  return source.hubName === undefined ? target : hubNamed(target, source.hubName);
}

export class HubConnections {
  readonly #all: Connection[];
  /** By connection. */
  readonly #waits = new Map<object, string>();

  constructor(private readonly options: HubConnectionsOptions) {
    const stored = storedList.safeParse(options.memory.get(listKey));
    this.#all = (stored.success ? stored.data : []).map(({ id, label }) => this.#connection(id, label));
  }

  get all(): readonly AttachedConnection[] {
    return this.#all;
  }

  find(id: string): AttachedConnection | undefined {
    return this.#all.find((each) => each.id === id);
  }

  /** Opens it first: what cannot be opened is not kept. */
  async attach(source: HubSource): Promise<AttachedConnection> {
    const target = await targetOf(source);
    const hub = await openHub(target, this.#opening());
    const known = this.#all.find(({ label }) => label === hub.label);
    if (known !== undefined) await this.detach(known.id);
    const id = this.options.newId();
    await this.options.secrets.store(secretOf(id), JSON.stringify(source)); // K1
    const connection = this.#connection(id, hub.label === '' ? targetLabel(target) : hub.label);
    connection.use(hub);
    this.#all.push(connection);
    await this.#remember();
    return connection;
  }

  /**
   * That the hub may be changed, as long as this window is open (K3); null: not any more. `through`: the address of the host of a hub in a storage.
   * Rejects as opening does, with `NotSupported` where that address is missing, and leaves the hub as it was then.
   */
  async act(id: string, how: { through?: string } | null): Promise<void> {
    const connection = this.#all.find((each) => each.id === id);
    if (connection === undefined) throw new Error('The hub is not attached any more.');
    const host = how?.through === undefined ? undefined : hubTarget(how.through);
    if (host !== undefined && host.kind !== 'functionsHost') {
      throw new DurascopeError('InvalidArgument', 'The host of a hub is given by its address: http://localhost:7071.');
    }
    await connection.reopen({ mayAct: how !== null, ...(host === undefined ? {} : { actThrough: host }) });
  }

  async detach(id: string): Promise<void> {
    const at = this.#all.findIndex((each) => each.id === id);
    if (at < 0) return;
    this.#all.splice(at, 1)[0]?.close();
    await this.options.secrets.delete(secretOf(id));
    await this.#remember();
  }

  dispose(): void {
    for (const each of this.#all) each.close();
  }

  #opening(): OpenHubOptions {
    const { clock, tokens } = this.options;
    const key = {};
    const onWait = (words: string | null): void => {
      if (words === null) this.#waits.delete(key);
      else this.#waits.set(key, words);
      this.options.waiting?.([...this.#waits.values()].at(-1) ?? null);
    };
    return { clock, onWait, ...(tokens === undefined ? {} : { tokens }) };
  }

  #connection(id: string, label: string): Connection {
    return new Connection(id, label, this.options.changed, async (more) => {
      const stored = storedSource.safeParse(JSON.parse((await this.options.secrets.get(secretOf(id))) ?? 'null'));
      if (!stored.success)
        throw new Error('The connection is not in the secret storage any more: detach the hub and attach it again.');
      return openHub(await targetOf(stored.data), { ...this.#opening(), ...more });
    });
  }

  async #remember(): Promise<void> {
    await this.options.memory.update(
      listKey,
      this.#all.map(({ id, label }) => ({ id, label })),
    );
    this.options.changed();
  }
}

class Connection implements AttachedConnection {
  hub: AttachedHub | undefined;
  failure: string | undefined;
  #opening: Promise<AttachedHub> | undefined;

  constructor(
    readonly id: string,
    readonly label: string,
    private readonly changed: () => void,
    private readonly opened: (more: Partial<OpenHubOptions>) => Promise<AttachedHub>,
  ) {}

  open(): Promise<AttachedHub> {
    if (this.hub !== undefined) return Promise.resolve(this.hub);
    this.#opening ??= this.opened({})
      .then(
        (hub) => {
          this.use(hub);
          return hub;
        },
        (error: unknown) => {
          const failure = messageOf(error);
          // Told once: whoever hears of it reads the tree again, and that opens it again.
          const isNew = this.failure !== failure;
          this.failure = failure;
          if (isNew) this.changed();
          throw error;
        },
      )
      .finally(() => (this.#opening = undefined));
    return this.#opening;
  }

  /** In place of what is open. */
  async reopen(more: Partial<OpenHubOptions>): Promise<void> {
    const hub = await this.opened(more);
    this.close();
    this.use(hub);
  }

  use(hub: AttachedHub): void {
    this.hub = hub;
    this.failure = undefined;
    this.changed();
  }

  close(): void {
    this.hub?.dispose();
    this.hub = undefined;
  }
}
