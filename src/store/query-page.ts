/** The page that an `InstanceQuery` asks for, and the continuation token that says where the next one starts. */
import { crc32 } from 'node:zlib';
import { instanceOrders, type InstanceOrderBy } from '../core/instances/instance-search';
import type { InstanceQuery } from '../core/ports/history-store';
import { DurascopeError } from '../core/values/errors';

const defaultPageSize = 100;
const maxPageSize = 10_000;

export interface Page {
  pageSize: number;
  orderBy: InstanceOrderBy;
  fingerprint: number;
  /** What the last one of the page before has for the order, and its id. */
  after?: readonly [value: string | number, id: string];
}

/** Errors: InvalidArgument (page size, order, token). */
export function checkedPage(query: InstanceQuery): Page {
  const { pageSize = defaultPageSize, orderBy = 'instanceId', continuationToken } = query;
  if (!Number.isInteger(pageSize) || pageSize < 1 || pageSize > maxPageSize) {
    throw new DurascopeError(
      'InvalidArgument',
      `The page size must be a whole number from 1 to ${maxPageSize}, not ${pageSize}.`,
    );
  }
  if (!instanceOrders.includes(orderBy)) {
    throw new DurascopeError('InvalidArgument', `Cannot order by "${orderBy}". Use one of ${instanceOrders.join(', ')}.`);
  }
  const fingerprint = fingerprintOf(query);
  const page = { pageSize, orderBy, fingerprint };
  return continuationToken === undefined ? page : { ...page, after: readToken(continuationToken, fingerprint) };
}

/** Of filters and order, so that a token cannot be used with another question. */
function fingerprintOf(query: InstanceQuery): number {
  const keys = Object.keys(query).filter((key) => key !== 'pageSize' && key !== 'continuationToken' && key !== 'now');
  return crc32(JSON.stringify(query, keys.sort()));
}

export function writeToken(fingerprint: number, value: string | number, id: string): string {
  return Buffer.from(JSON.stringify([fingerprint, value, id]), 'utf8').toString('base64url');
}

function readToken(token: string, fingerprint: number): readonly [string | number, string] {
  let content: unknown;
  try {
    content = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
  } catch {
    content = undefined; // Not a token of ours: refused below.
  }
  const [found, value, id] = Array.isArray(content) ? (content as unknown[]) : [];
  if ((typeof value !== 'string' && typeof value !== 'number') || typeof id !== 'string') {
    throw new DurascopeError('InvalidArgument', 'The continuation token is not one that a query here returned.');
  }
  if (found !== fingerprint) {
    throw new DurascopeError(
      'InvalidArgument',
      'The continuation token belongs to another query: repeat the filters and the order of the page before.',
    );
  }
  return [value, id];
}
