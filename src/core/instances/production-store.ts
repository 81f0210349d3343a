/**
 * What a store of production would do otherwise than this one, told by an instance's history (facts: spec/engine.md 2.10 and 6). Nothing
 * is refused here: whoever names a store wants to know, not to be stopped.
 */
import type { HistoryEvent } from '../history/history';
import type { InstanceRow } from './instance';
import { isEntityId } from '../values/instance-id';
import { fromTimestamp } from '../values/time';

export type ProductionStore = 'none' | 'azureStorage' | 'mssql' | 'netherite' | 'durableTaskScheduler';

export const productionStores: readonly ProductionStore[] = [
  'none',
  'azureStorage',
  'mssql',
  'netherite',
  'durableTaskScheduler',
];

export const productionStoreNames: Readonly<Record<ProductionStore, string>> = {
  none: 'no store',
  azureStorage: 'Azure Storage',
  mssql: 'MSSQL',
  netherite: 'Netherite',
  durableTaskScheduler: 'the Durable Task Scheduler',
};

/** `extensions.durableTask.storageProvider.type` of host.json; null for one that is not known. */
export function productionStoreOf(storageProviderType: string): ProductionStore | null {
  const byType: Readonly<Record<string, ProductionStore>> = {
    azurestorage: 'azureStorage',
    mssql: 'mssql',
    netherite: 'netherite',
    azuremanaged: 'durableTaskScheduler',
  };
  return byType[storageProviderType.toLowerCase()] ?? null;
}

export interface StoreNote {
  /** `warning`: it would fail, be lost or never happen. `information`: it works, but otherwise. */
  severity: 'warning' | 'information';
  /** Short name of the rule, the same for all its notes. */
  rule: string;
  /** A sentence for people. */
  message: string;
  /** Position among the events that were given. */
  event: number;
}

type NotedRow = Pick<InstanceRow, 'instanceId' | 'scheduledStartTime'>;

type Rule = (event: HistoryEvent, row: NotedRow) => Omit<StoreNote, 'event'> | null;

const dayMs = 24 * 60 * 60 * 1000;
/** Of UTF-16, in a queue message; larger texts go to a blob. */
const queueLimitBytes = 45 * 1024;
const sqlIdLength = 100;

/** Notes on `events`, which need not be the whole history, in their order. */
export function storeNotes(store: ProductionStore, row: NotedRow, events: readonly HistoryEvent[]): StoreNote[] {
  const rules = rulesOf[store];
  if (rules.length === 0) return [];
  const notes: StoreNote[] = [];
  for (const [index, event] of events.entries()) {
    for (const rule of rules) {
      const note = rule(event, row);
      if (note !== null) notes.push({ ...note, event: index });
    }
  }
  return notes;
}

const largeMessage: Rule = (event) => {
  const text = messageText(event);
  const bytes = (text?.length ?? 0) * 2;
  if (bytes <= queueLimitBytes) return null;
  return {
    severity: 'information',
    rule: 'largeMessage',
    message: `${event.EventType} carries ${Math.round(bytes / 1024)} KB (UTF-16). Azure Storage keeps what is over 45 KB in a compressed blob: slower, and one more request each time it is read. Consider passing a reference.`,
  };
};

/** What travels in a queue message with the event. */
function messageText(event: HistoryEvent): string | null {
  switch (event.EventType) {
    case 'ExecutionStarted':
    case 'TaskScheduled':
    case 'SubOrchestrationInstanceCreated':
    case 'EventRaised':
    case 'EventSent':
      return event.Input;
    case 'TaskCompleted':
    case 'SubOrchestrationInstanceCompleted':
    case 'ExecutionCompleted':
      return event.Result;
    case 'TaskFailed':
    case 'SubOrchestrationInstanceFailed':
      return `${event.Reason}${event.Details ?? ''}`;
    default:
      return null;
  }
}

/** Newer packages split long timers themselves, so a single one over six days is of an older schema or of a retry. */
const longTimer: Rule = (event) => {
  if (event.EventType !== 'TimerCreated') return null;
  const days = (fromTimestamp(event.FireAt) - fromTimestamp(event.Timestamp)) / dayMs;
  if (!(days > 6)) return null;
  return {
    severity: 'warning',
    rule: 'longTimer',
    message: `A single timer of ${days.toFixed(1)} days. Azure Storage holds one for 6 days at most: a longer timer (durable-functions 1.x) or retry interval fails the orchestration there.`,
  };
};

const eventBeforeStart: Rule = (event, row) => {
  const start = row.scheduledStartTime;
  if (event.EventType !== 'EventRaised' || start === null || event.Timestamp >= start) return null;
  return {
    severity: 'warning',
    rule: 'eventBeforeStart',
    message: `The event '${event.Name}' came before the scheduled start. Azure Storage loses events for an instance that has not started.`,
  };
};

const recursiveTerminate: Rule = (event) => {
  if (event.EventType !== 'ExecutionTerminated' || event.Recurse !== true) return null;
  return {
    severity: 'warning',
    rule: 'recursiveTerminate',
    message: 'Its sub-orchestrations were terminated with it. Durable Functions on Azure Storage lets them run on.',
  };
};

const childIdInUse: Rule = (event) => {
  if (
    event.EventType !== 'SubOrchestrationInstanceFailed' ||
    !/^An orchestration instance with the id .* already exists/.test(event.Reason)
  ) {
    return null;
  }
  return {
    severity: 'warning',
    rule: 'childIdInUse',
    message:
      'A sub-orchestration was refused because its id is in use. Azure Storage does not look: what happens there is undefined.',
  };
};

const longId: Rule = (event, row) => {
  const id = idGivenBy(event, row);
  if (id === null || id.length <= sqlIdLength) return null;
  return {
    severity: 'warning',
    rule: 'longId',
    message: `The ${isEntityId(id) ? 'entity' : 'instance'} id '${id.slice(0, 30)}…' has ${id.length} characters. MSSQL has room for ${sqlIdLength}.`,
  };
};

function idGivenBy(event: HistoryEvent, row: NotedRow): string | null {
  switch (event.EventType) {
    case 'ExecutionStarted':
      return row.instanceId;
    case 'SubOrchestrationInstanceCreated':
    case 'EventSent':
      return event.InstanceId;
    default:
      return null;
  }
}

const noRewind: Rule = (event) => {
  const isMark =
    event.EventType === 'ExecutionRewound' ||
    (event.EventType === 'GenericEvent' &&
      (event.Reason === 'Rewound: ExecutionCompleted' || event.Reason === 'Rewound: GenericEvent'));
  if (!isMark) return null;
  return { severity: 'warning', rule: 'noRewind', message: 'The instance was rewound. Netherite cannot rewind instances.' };
};

/** The scheduler's own limits are not public enough to hold anything against them. */
const rulesOf: Readonly<Record<ProductionStore, readonly Rule[]>> = {
  none: [],
  azureStorage: [largeMessage, longTimer, eventBeforeStart, recursiveTerminate, childIdInUse],
  mssql: [longId],
  netherite: [noRewind],
  durableTaskScheduler: [],
};
