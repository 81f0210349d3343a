/**
 * The hub that everything above sees of a reader: it answers what is asked, and refuses whatever would change something, unless it was opened
 * with what may be done to it.
 */
import type { Clock } from '../core/ports/clock';
import type { HubCapabilities, TaskHubClient } from '../core/ports/task-hub-client';
import { DurascopeError } from '../core/values/errors';
import { isTerminal } from '../core/values/status';
import type { HubActions } from './acting';
import type { AttachedHub, HubReader } from './attached-hub';
import { PolledChanges } from './polled-changes';

const askAgainMs = 1000;

/** `reason`: why nothing can be changed, and where it can, in a sentence. */
export function readOnlyHub(reader: HubReader, reason: string, clock: Clock): AttachedHub {
  const refuse = (): Promise<never> => Promise.reject(new DurascopeError('NotSupported', reason));
  const capabilities = { ...reader.capabilities, rewind: false, suspend: false, readOnly: reason };
  return attachedHub(reader, clock, capabilities, {
    ...{ start: refuse, raiseEvent: refuse, terminate: refuse, suspend: refuse, resume: refuse, rewind: refuse, restart: refuse },
    ...{ purge: refuse, purgeBy: refuse, signalEntity: refuse, cleanEntityStorage: refuse },
    ...{ importInstances: refuse, fork: refuse },
  });
}

/** `channel`: by what it acts, for people. Whoever listens is told after each change that was made here, at once. */
export function actingHub(reader: HubReader, actions: HubActions, channel: string, clock: Clock): AttachedHub {
  const refuse = (): Promise<never> => Promise.reject(new DurascopeError('NotSupported', onlyEmulators));
  const actsOn = `What is done here is done to ${reader.label}, a hub of a real engine, through ${channel}.`;
  const capabilities = { ...reader.capabilities, rewind: true, suspend: true, actsOn };
  return attachedHub(reader, clock, capabilities, { ...actions, importInstances: refuse, fork: refuse });
}

const onlyEmulators =
  'No engine lets anything else than its own runs into its hub. Copy the instance into an emulator, and fork or continue it there.';

function attachedHub(
  reader: HubReader,
  clock: Clock,
  capabilities: HubCapabilities,
  changing: HubActions & Pick<TaskHubClient, 'importInstances' | 'fork'>,
): AttachedHub {
  const changes = new PolledChanges(clock);
  return {
    capabilities,
    label: reader.label,
    name: reader.name,
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
    countByStatus: (query = {}, watch) => reader.count(query, watch),
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
    ...telling(changing, () => changes.tellNow()),
  };
}

/** The same, and `tell` after each that was done. */
function telling<T extends object>(actions: T, tell: () => void): T {
  const told = Object.entries(actions).map(([name, act]) => [
    name,
    async (...given: unknown[]) => {
      const result = await (act as (...given: unknown[]) => Promise<unknown>)(...given);
      tell();
      return result;
    },
  ]);
  return Object.fromEntries(told) as T;
}
