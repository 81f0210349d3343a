/** What one line of the instances view shows. */
import { countText } from '../../base/count-text';
import { ageText, shortAge } from '../../base/age';
import { cutText, jsonLine } from '../../base/json-text';
import { idTail } from '../../base/short-texts';
import type { InstanceRow } from '../../core/instances/instance';
import type { OrchestrationStatus } from '../../core/values/status';
import { saysNonDeterministic } from '../../core/decisions/non-determinism';
import { fromTimestamp } from '../../core/values/time';
import { actionStatuses } from '../../protocol/instance-actions';
import { failureLine } from '../../protocol/instance-summary';
import type { InstanceAction } from '../../protocol/panel-values';
import { statusIcons } from '../../protocol/status-icons';

export interface InstanceItem {
  label: string;
  description: string;
  /** Markdown source; the values of the user in it are escaped. */
  tooltip: string;
  icon: StatusIcon;
  /** Words that menus ask for: `instance` and the actions that make sense now. */
  contextValue: string;
  accessibilityLabel: string;
}

export interface StatusIcon {
  /** Codicon. */
  name: string;
  /** Theme colour id. */
  color: string;
}

/** In the order in which groups stand: what needs eyes first. */
export const statusOrder: readonly OrchestrationStatus[] = [
  'Running',
  'Pending',
  'ContinuedAsNew',
  'Suspended',
  'Failed',
  'Terminated',
  'Canceled',
  'Completed',
];

const statusColors: Readonly<Record<OrchestrationStatus, string>> = {
  Running: 'durascope.runningIcon',
  Pending: 'durascope.pendingIcon',
  ContinuedAsNew: 'durascope.runningIcon',
  Suspended: 'durascope.suspendedIcon',
  Failed: 'durascope.failedIcon',
  Terminated: 'durascope.terminatedIcon',
  Canceled: 'durascope.canceledIcon',
  Completed: 'durascope.completedIcon',
};

export function statusIcon(status: OrchestrationStatus): StatusIcon {
  return { name: statusIcons[status], color: statusColors[status] };
}

/** `by`: what the group above already says and the line need not repeat. */
export function instanceItem(row: InstanceRow, nowMs: number, by: 'status' | 'orchestrator' | 'flat'): InstanceItem {
  // What the failure says first: code and history have parted.
  const isDivergence = row.runtimeStatus === 'Failed' && saysNonDeterministic(row.failureDetails?.ErrorMessage ?? row.output);
  const status = isDivergence ? 'not deterministic' : jsonLine(row.customStatus, 40);
  const createdMs = fromTimestamp(row.createdTime);
  const age = shortAge(createdMs, nowMs);
  const label = by === 'orchestrator' ? row.instanceId : row.name;
  const id = by === 'orchestrator' ? '' : shortId(row.instanceId);
  return {
    label,
    description: [status, age, id].filter((part) => part !== '').join(' · '),
    tooltip: tooltipOf(row),
    icon: statusIcon(row.runtimeStatus),
    contextValue: ['instance', ...possibleActions(row.runtimeStatus)].join(' '),
    accessibilityLabel: [row.name, row.runtimeStatus, status, `created ${ageText(createdMs, nowMs)}`, row.instanceId]
      .filter((part) => part !== '')
      .join(', '),
  };
}

export function possibleActions(status: OrchestrationStatus): InstanceAction[] {
  const all = Object.keys(actionStatuses) as InstanceAction[];
  return all.filter((action) => actionStatuses[action].includes(status));
}

/**
 * Ids made by machines are cut to what tells them apart at a glance, with what is added to them for a child; those that people chose stay, of
 * long ones the beginning and the end.
 */
export function shortId(instanceId: string): string {
  const made = /^([0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})(?![0-9a-f])/i.exec(instanceId)?.[0];
  const tail = idTail(instanceId);
  if (made === undefined) return instanceId.length <= 32 ? instanceId : cutText(instanceId, 32 - tail.length) + tail;
  const added = instanceId.slice(made.length);
  return made.slice(0, 8) + (added === '' ? '' : `…${added.length > 13 ? tail : added}`);
}

function tooltipOf(row: InstanceRow): string {
  const lines: (readonly [string, string | null])[] = [
    ['Failure', row.runtimeStatus === 'Failed' ? failureLine(row) : null],
    ['Id', row.instanceId],
    ['Status', row.runtimeStatus],
    ['Created', row.createdTime],
    ['Updated', row.lastUpdatedTime],
    ['Completed', row.completedTime],
    ['Scheduled for', row.scheduledStartTime],
    ['Version', row.version === '' ? null : row.version],
    ['Parent', row.parentInstanceId],
    ['Custom status', jsonLine(row.customStatus, 200) || null],
    ['Waits for', row.awaitedEvents.length === 0 ? null : row.awaitedEvents.join(', ')],
    ['Stuck', row.stuck ?? null],
    ['History', countText(row.historyLength, 'event')],
  ];
  const shown = lines.filter((line): line is readonly [string, string] => line[1] !== null);
  return [
    `**${escapeMarkdown(row.name)}**`,
    ...shown.map(([name, value]) => `${name}: ${escapeMarkdown(cutText(value, 300))}`),
  ].join('\n\n');
}

function escapeMarkdown(text: string): string {
  return text.replaceAll(/[\\`*_{}[\]()#+\-.!|<>&~]/g, '\\$&').replaceAll(/\s+/g, ' ');
}
