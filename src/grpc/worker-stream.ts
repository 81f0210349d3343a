/** One GetWorkItems call: what it takes, how much at a time, and who is behind it (spec/grpc.md 1.3). */
import type { ConnectedWorker } from '../core/ports/connected-worker';
import { type GetWorkItemsRequest, WorkerCapability, type WorkItemFilters } from '../wire/generated/task-hub-sidecar';

export type WorkKind = 'orchestrator' | 'activity' | 'entity';

export interface WorkerIdentity {
  language: string;
  sdk: string | null;
  workerId: string | null;
}

export interface StreamConnection {
  identity: WorkerIdentity;
  /** An encoded WorkItem. */
  send(item: Uint8Array): void;
  /** Ends the call; `reason` tells the worker why. */
  end(reason: string): void;
}

/** Work in flight where the worker sets no limit: much, since results that come together make one episode instead of many. */
const defaultLimit = 2000;

/** Go's SDK does not, Java's does since 1.5.1. */
const echoing: ReadonlySet<string> = new Set(['JavaScript', 'Python', '.NET']);

type Names = ReadonlyMap<string, ReadonlySet<string>>;

export class WorkerStream {
  readonly inFlight: Record<WorkKind, number> = { orchestrator: 0, activity: 0, entity: 0 };
  readonly limits: Readonly<Record<WorkKind, number>>;
  readonly streamsHistory: boolean;
  /** Whether its responses bear the tokens of what they respond to: as told by its language until a question's answer shows it. */
  echoesTokens: boolean;
  /** Epoch milliseconds. */
  lastSent = 0;
  /** Null: it takes everything. */
  readonly #filters: Readonly<Record<WorkKind, Names>> | null;
  readonly #announced: Pick<ConnectedWorker, 'orchestrators' | 'activities' | 'entities'> | null;
  readonly #ran: Readonly<Record<WorkKind, Set<string>>> = { orchestrator: new Set(), activity: new Set(), entity: new Set() };

  constructor(
    readonly id: string,
    private readonly connectedAt: string,
    readonly connection: StreamConnection,
    request: GetWorkItemsRequest,
  ) {
    this.limits = {
      orchestrator: limitOf(request.maxConcurrentOrchestrationWorkItems),
      activity: limitOf(request.maxConcurrentActivityWorkItems),
      entity: limitOf(request.maxConcurrentEntityWorkItems),
    };
    this.echoesTokens = echoing.has(connection.identity.language);
    this.streamsHistory = request.capabilities.includes(WorkerCapability.WORKER_CAPABILITY_HISTORY_STREAMING);
    const filters = filtersIn(request);
    this.#filters = filters === undefined ? null : filtersOf(filters);
    this.#announced =
      filters === undefined
        ? null
        : {
            orchestrators: filters.orchestrations.map(({ name }) => name),
            activities: filters.activities.map(({ name }) => name),
            entities: filters.entities.map(({ name }) => name),
          };
  }

  /** Whether work of this kind, name and version is for it. For an entity the name is that of its kind. */
  accepts(kind: WorkKind, name: string, version: string): boolean {
    if (this.#filters === null) return true;
    const versions = this.#filters[kind].get(name.toLowerCase());
    return versions !== undefined && (versions.size === 0 || versions.has(version));
  }

  hasRoom(kind: WorkKind): boolean {
    return this.inFlight[kind] < this.limits[kind];
  }

  /** Returns true when this is news. */
  noteRun(kind: WorkKind, name: string): boolean {
    const names = this.#ran[kind];
    if (this.#announced !== null || names.has(name)) return false;
    names.add(name);
    return true;
  }

  describe(hubName: string): ConnectedWorker {
    const { language, sdk, workerId } = this.connection.identity;
    const names = this.#announced ?? {
      orchestrators: [...this.#ran.orchestrator],
      activities: [...this.#ran.activity],
      entities: [...this.#ran.entity],
    };
    return {
      id: this.id,
      language,
      sdk,
      workerId,
      hubName,
      connectedAt: this.connectedAt,
      ...names,
      isAnnounced: this.#announced !== null,
    };
  }
}

function limitOf(asked: number): number {
  return asked > 0 ? asked : defaultLimit;
}

/** .NET's SDK sends a message without entries where nothing is to be filtered; one that names some kind names all that is taken. */
function filtersIn({ workItemFilters: filters }: GetWorkItemsRequest): WorkItemFilters | undefined {
  if (filters === undefined) return undefined;
  const { orchestrations, activities, entities } = filters;
  return orchestrations.length + activities.length + entities.length === 0 ? undefined : filters;
}

function filtersOf(filters: WorkItemFilters): Record<WorkKind, Names> {
  const named = (list: readonly { name: string; versions?: readonly string[] }[]): Names => {
    const names = new Map<string, Set<string>>();
    for (const { name, versions = [] } of list) {
      const key = name.toLowerCase();
      const known = names.get(key);
      // Without versions: any, whatever else is said of the name.
      if (versions.length === 0) names.set(key, new Set());
      else if (known === undefined) names.set(key, new Set(versions));
      else if (known.size > 0) for (const version of versions) known.add(version);
    }
    return names;
  };
  return { orchestrator: named(filters.orchestrations), activity: named(filters.activities), entity: named(filters.entities) };
}
