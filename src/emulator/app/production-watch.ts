/** Looks at everything that happens in a hub with the eyes of a store of production, and tells what it would do otherwise: each thing once. */
import type { HistoryEvent } from '../../core/history/history';
import type { InstanceRow } from '../../core/instances/instance';
import type { Disposable } from '../../core/ports/clock';
import type { TaskHubClient } from '../../core/ports/task-hub-client';
import type { Logger } from '../../core/ports/logger';
import { type ProductionStore, productionStoreNames, storeNotes, type StoreNote } from '../../core/instances/production-store';

export interface ProductionWatchOptions {
  store: ProductionStore;
  hub: Pick<TaskHubClient, 'subscribe'>;
  log: Logger;
  /** Told of each kind of note once for each orchestrator. */
  onNote: (note: StoreNote, row: InstanceRow) => void;
}

/** Nothing is watched for `none`. */
export function watchProductionStore(options: ProductionWatchOptions): Disposable {
  const { store, hub, log } = options;
  if (store === 'none') return { dispose: () => undefined };
  const name = productionStoreNames[store];
  const told = new Set<string>();
  log({
    level: 'information',
    category: 'emulator',
    message:
      store === 'durableTaskScheduler'
        ? 'Nothing is known for certain of the limits of the Durable Task Scheduler, so nothing is warned of.'
        : `What ${name} would refuse or do otherwise is told as it happens.`,
  });
  const look = (row: InstanceRow, events: readonly HistoryEvent[]): void => {
    for (const note of storeNotes(store, row, events)) {
      const key = `${note.rule} ${row.name.toLowerCase()}`;
      if (told.has(key)) continue;
      told.add(key);
      const message = `${row.name} on ${name}: ${note.message}`;
      log({ level: note.severity, category: 'engine', message, functionName: row.name, instanceId: row.instanceId });
      options.onNote(note, row);
    }
  };
  return hub.subscribe((changes) => {
    for (const change of changes) if (change.type === 'instance') look(change.row, change.newEvents);
  });
}
