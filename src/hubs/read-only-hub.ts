/** The hub that everything above sees of a reader: it answers what is asked, and refuses whatever would change something. */
import type { Clock } from '../core/ports/clock';
import { DurascopeError } from '../core/values/errors';
import { isTerminal } from '../core/values/status';
import type { AttachedHub, HubReader } from './attached-hub';
import { PolledChanges } from './polled-changes';

const askAgainMs = 1000;

/** `reason`: why nothing can be changed, and where it can, in a sentence. */
export function readOnlyHub(reader: HubReader, reason: string, clock: Clock): AttachedHub {
  const changes = new PolledChanges(clock);
  const refuse = (): Promise<never> => Promise.reject(new DurascopeError('NotSupported', reason));
  const capabilities = { ...reader.capabilities, rewind: false, suspend: false, readOnly: reason };
  return {
    capabilities,
    label: reader.label,
    pace: changes,
    get requests() {
      return reader.requests;
    },
    get: (instanceId) => reader.get(instanceId),
    query: async (query) => {
      const beganMs = clock.now();
      const page = await reader.query(query);
      changes.noteReading(clock.now() - beganMs);
      return page;
    },
    countByStatus: (query = {}) => reader.count(query),
    count: (query, watch) => reader.count(query, watch),
    history: (instanceId, from, count) => reader.history(instanceId, from, count),
    historyWithNotes: (instanceId) => reader.historyWithNotes(instanceId),
    customStatusChanges: (instanceId) => reader.customStatusChanges(instanceId),
    waitingFor: (instanceId) => reader.waitingFor(instanceId),
    getEntity: (instanceId) => reader.getEntity(instanceId),
    queryEntities: (query) => reader.queryEntities(query),
    entityBatches: (instanceId) => reader.entityBatches(instanceId),
    facts: () => reader.facts(),
    subscribe: (listener) => changes.subscribe(listener),
    waitForCompletion: async (instanceId, timeoutMs) => {
      const endMs = clock.now() + timeoutMs;
      for (;;) {
        const row = await reader.get(instanceId);
        if (row === undefined) throw new DurascopeError('InstanceNotFound', `There is no instance '${instanceId}'.`);
        if (isTerminal(row.runtimeStatus) || clock.now() >= endMs) return row;
        await new Promise<void>((resolve) => clock.after(Math.min(askAgainMs, Math.max(endMs - clock.now(), 1)), resolve));
      }
    },
    dispose: () => {
      changes.dispose();
      reader.dispose();
    },
    ...{ start: refuse, raiseEvent: refuse, terminate: refuse, suspend: refuse, resume: refuse, rewind: refuse, restart: refuse },
    ...{
      purge: refuse,
      purgeBy: refuse,
      importInstances: refuse,
      signalEntity: refuse,
      cleanEntityStorage: refuse,
      fork: refuse,
    },
  };
}
