/** An instance beside another one, a fork beside its origin, as a panel is sent it. */
import { aspectText, compareRuns, operationText, resultText, type ComparedRun } from '../core/instances/compare-runs';
import type { AlignedRow } from '../core/history/align';
import type { InstanceRow } from '../core/instances/instance';
import type { TaskHubClient } from '../core/ports/task-hub-client';
import type { Comparison } from './instance-panel';

/** A comparison is made of whole histories. */
const maxRows = 500;
const maxResultLength = 300;
const maxHistory = 20_000;

/**
 * Null: the histories are too long to be compared while somebody looks. `originHub`: where the other one is, if not here: a history out of a
 * file, which knows of no custom statuses.
 */
export async function panelComparison(
  hub: TaskHubClient,
  originId: string,
  fork: InstanceRow,
  originHub?: TaskHubClient,
): Promise<Comparison | null> {
  const origin = await (originHub ?? hub).get(originId);
  if (origin === undefined) return gone(originId);
  if (origin.historyLength > maxHistory || fork.historyLength > maxHistory) return null;
  const hasStatuses = originHub === undefined;
  const [left, right] = await Promise.all([runOf(originHub ?? hub, origin, hasStatuses), runOf(hub, fork, hasStatuses)]);
  const { alignment, status, output, customStatuses, isSame } = compareRuns(left, right);
  return {
    type: 'comparison',
    originId,
    isGone: false,
    rows: alignment.rows.slice(0, maxRows).map(shownRow),
    total: alignment.rows.length,
    first: alignment.first?.row ?? null,
    status,
    output,
    customStatuses: [...customStatuses],
    isSame,
  };
}

async function runOf(hub: TaskHubClient, row: InstanceRow, hasStatuses: boolean): Promise<ComparedRun> {
  const { instanceId } = row;
  const [history, customStatusChanges] = await Promise.all([
    hub.history(instanceId),
    hasStatuses ? hub.customStatusChanges(instanceId) : [],
  ]);
  return { row, history, customStatusChanges };
}

function shownRow(row: AlignedRow): Comparison['rows'][number] {
  const { left, right, differences } = row;
  const side = (operation: AlignedRow['left']): Comparison['rows'][number]['left'] =>
    operation === null
      ? null
      : {
          text: operationText(operation),
          input: operation.input?.slice(0, maxResultLength) ?? null,
          result: resultText(operation).slice(0, maxResultLength),
          tookMs: operation.runMs === null ? null : operation.runMs + (operation.queuedMs ?? 0),
          row: operation.rows[0] ?? 0,
        };
  return {
    left: side(left),
    right: side(right),
    differences: differences.map(({ aspect }) => aspectText(row, aspect)),
    isIncidental: differences.length > 0 && differences.every(({ isIncidental }) => isIncidental),
  };
}

function gone(originId: string): Comparison {
  const none = { left: null, right: null, likeness: 'same' } as const;
  return {
    type: 'comparison',
    originId,
    isGone: true,
    rows: [],
    total: 0,
    first: null,
    status: none,
    output: none,
    customStatuses: [],
    isSame: false,
  };
}
