/**
 * The filter of the instances view as a line of text: words look in ids and names, `status:failed,running`, `name:HelloCities` and
 * `since:15m` narrow further. One line that can be typed, remembered and shown.
 */
import type { InstanceQuery } from '../../core/ports/history-store';
import type { OrchestrationStatus } from '../../core/values/status';
import { toTimestamp } from '../../core/values/time';
import { statusOrder } from './instance-item';

export interface TreeFilter {
  text: string;
  statuses: readonly OrchestrationStatus[];
  names: readonly string[];
  /** Created within this long before now. */
  sinceMs: number | null;
}

export const noFilter: TreeFilter = { text: '', statuses: [], names: [], sinceMs: null };

const units: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** The filter, or what is wrong with the line. */
export function parseFilter(line: string): { filter: TreeFilter } | { problem: string } {
  const words: string[] = [];
  const statuses: OrchestrationStatus[] = [];
  const names: string[] = [];
  let sinceMs: number | null = null;
  for (const part of line.split(/\s+/).filter((each) => each !== '')) {
    const [, key, value] = /^(status|name|since):(.*)$/i.exec(part) ?? [];
    switch (key?.toLowerCase()) {
      case 'status':
        for (const given of listed(value)) {
          const status = statusOrder.find((each) => each.toLowerCase() === given.toLowerCase());
          if (status === undefined) return { problem: `There is no status '${given}'. Statuses: ${statusOrder.join(', ')}.` };
          statuses.push(status);
        }
        break;
      case 'name':
        names.push(...listed(value));
        break;
      case 'since': {
        const [, amount, unit] = /^(\d+)([smhd])$/.exec(value ?? '') ?? [];
        if (amount === undefined || unit === undefined)
          return { problem: 'Write since: with a number and s, m, h or d, for example since:15m.' };
        sinceMs = Number(amount) * (units[unit] ?? 0);
        break;
      }
      default:
        words.push(part);
    }
  }
  return { filter: { text: words.join(' '), statuses, names, sinceMs } };
}

export function formatFilter(filter: TreeFilter): string {
  const parts: string[] = [];
  if (filter.text !== '') parts.push(filter.text);
  if (filter.statuses.length > 0) parts.push(`status:${filter.statuses.join(',')}`);
  if (filter.names.length > 0) parts.push(`name:${filter.names.join(',')}`);
  if (filter.sinceMs !== null) parts.push(`since:${formatDuration(filter.sinceMs)}`);
  return parts.join(' ');
}

export function isEmptyFilter(filter: TreeFilter): boolean {
  return formatFilter(filter) === '';
}

/** Without a text only roots are listed, for children stand under their parents; a text finds children wherever they are. */
export function toQuery(filter: TreeFilter, nowMs: number): InstanceQuery {
  return {
    entities: 'exclude',
    ...(filter.text === '' ? { rootsOnly: true } : { text: filter.text }),
    ...(filter.statuses.length === 0 ? {} : { statuses: filter.statuses }),
    ...(filter.names.length === 0 ? {} : { names: filter.names }),
    ...(filter.sinceMs === null ? {} : { createdTimeFrom: toTimestamp(nowMs - filter.sinceMs) }),
  };
}

function listed(value: string | undefined): string[] {
  return (value ?? '').split(',').filter((each) => each !== '');
}

function formatDuration(ms: number): string {
  const unit = ['d', 'h', 'm'].find((each) => ms % (units[each] ?? 1) === 0) ?? 's';
  return `${ms / (units[unit] ?? 1)}${unit}`;
}
