/** Looks at everything that happens in a hub for what would puzzle (core/instances/meanings), and tells it in the log, each kind once for an orchestrator. */
import type { HistoryEvent } from '../../core/history/history';
import type { InstanceRow } from '../../core/instances/instance';
import type { Meaning, MeaningId } from '../../core/instances/meanings/meaning';
import { meanings } from '../../core/instances/meanings/meanings';
import type { Disposable } from '../../core/ports/clock';
import type { Logger } from '../../core/ports/logger';
import type { TaskHubClient } from '../../core/ports/task-hub-client';
import { isEntityId } from '../../core/values/instance-id';

/** Somebody has just sent an event that nobody waits for under its name; a lock that is kept stands in the way of others. */
const ofEachInstance: ReadonlySet<MeaningId> = new Set<MeaningId>(['eventCase', 'unawaitedEvent', 'locksKept']);

export function watchMeanings(hub: Pick<TaskHubClient, 'subscribe' | 'history'>, log: Logger): Disposable {
  const told = new Set<string>();
  const tell = (row: InstanceRow, { id, message, docs }: Meaning): void => {
    // Most of the first wait for an event; whoever makes requests has told which are not sent, and whoever runs the code what went astray.
    if (id === 'nothingOpen' || id === 'httpRefused' || id === 'astray') return;
    const key = `${id} ${ofEachInstance.has(id) ? `${row.instanceId} ${message}` : row.name.toLowerCase()}`;
    if (told.has(key)) return;
    told.add(key);
    log({
      // That an event comes before the code waits for it is nothing unusual.
      level: id === 'unawaitedEvent' ? 'information' : 'warning',
      category: 'engine',
      message: `${message} (${docs})`,
      functionName: row.name,
      instanceId: row.instanceId,
    });
  };
  const look = (row: InstanceRow, newEvents: readonly HistoryEvent[]): void => {
    if (row.waits !== undefined || newEvents.some((event) => event.Note !== undefined || event.EventType === 'EventRaised')) {
      for (const meaning of meanings({ ...row, runtimeStatus: 'Running' }, newEvents)) tell(row, meaning);
    }
    if ((row.runtimeStatus !== 'Failed' && row.runtimeStatus !== 'Terminated') || newEvents.length === 0) return;
    // Why it failed, and what it had locked, may stand further up.
    hub.history(row.instanceId).then(
      (history) => {
        for (const meaning of meanings(row, history)) tell(row, meaning);
      },
      // Purged meanwhile: nobody looks at it any more.
      () => undefined,
    );
  };
  return hub.subscribe((changes) => {
    for (const change of changes) {
      if (change.type === 'instance' && !isEntityId(change.row.instanceId)) look(change.row, change.newEvents);
    }
  });
}
