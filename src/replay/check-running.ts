/** Which running instances a changed app would break, told before they go on. */
import { causeTexts, type Divergence } from '../core/history/divergence';
import { DurascopeError } from '../core/values/errors';
import { profileOf, type InstanceRow } from '../core/instances/instance';
import type { TaskHubClient } from '../core/ports/task-hub-client';
import type { ReplayTimeline } from './replay-timeline';

export interface BrokenInstance {
  instanceId: string;
  functionName: string;
  divergence: Divergence;
}

export interface RunningCheck {
  /** Number of instances whose replay was compared with the history. */
  checked: number;
  broken: readonly BrokenInstance[];
  /** True when more instances are running than were looked at. */
  isPartial: boolean;
  /** Whole sentences: instances that could not be replayed, and why. */
  notes: readonly string[];
}

export interface RunningCheckOptions {
  /** Most instances to look at, the ones started last first. */
  limit: number;
  /** Ends the check between two instances; it then rejects with `Stopped`. */
  signal: AbortSignal;
  /** Awaited before each replay, so that others get their turn. */
  pause: () => Promise<void>;
}

/**
 * Replays the histories of running and suspended instances, one after the other, against the app as it is now. Changes nothing in the hub.
 * Rejects with `AppInvalid` when the app does not load, with `WorkerExited` when the replay process dies, and with `Stopped`.
 */
export async function checkRunning(
  hub: TaskHubClient,
  open: (hub: TaskHubClient, instanceId: string) => Promise<ReplayTimeline>,
  { limit, signal, pause }: RunningCheckOptions,
): Promise<RunningCheck> {
  const { instances, continuationToken } = await hub.query({
    statuses: ['Running', 'Suspended'],
    entities: 'exclude',
    orderBy: 'createdTime',
    descending: true,
    pageSize: limit,
  });
  const broken: BrokenInstance[] = [];
  const notes: string[] = [];
  let checked = 0;
  for (const row of instances) {
    if (profileOf(row) !== 'A' || row.historyLength === 0) continue;
    await pause();
    if (signal.aborted) throw new DurascopeError('Stopped', 'The check of running instances was called off.');
    try {
      const timeline = await open(hub, row.instanceId);
      const { divergence } = timeline;
      await timeline.dispose();
      checked += 1;
      if (divergence !== null) broken.push({ instanceId: row.instanceId, functionName: row.name, divergence });
    } catch (error) {
      if (DurascopeError.is(error, 'UnknownFunction')) {
        checked += 1;
        broken.push({ instanceId: row.instanceId, functionName: row.name, divergence: missingOrchestrator(row) });
      } else if (DurascopeError.is(error, 'WorkerHung') || DurascopeError.is(error, 'InvalidArgument')) {
        notes.push(`${row.instanceId}: ${error.message}`);
      } else if (!DurascopeError.is(error, 'InstanceNotFound')) throw error;
    }
  }
  return { checked, broken, isPartial: continuationToken !== undefined, notes };
}

function missingOrchestrator({ name }: InstanceRow): Divergence {
  const { explanation } = causeTexts.renamedCall;
  return {
    rowIndex: null,
    recorded: `orchestrator ${name}`,
    actual: null,
    place: null,
    cause: 'renamedCall',
    message: `The app no longer has the orchestrator '${name}' that started this instance. ${explanation}`,
  };
}
