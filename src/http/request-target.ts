/**
 * What a request asks for, read once, at the door. Guards and routers see these values and nothing else: no second parser may read the
 * path in another way.
 *
 *   T1. What does not match its own normal form is refused: another form than `/path?query`, segments `.` and `..` (escaped or not), a
 *       backslash, a fragment, anything but visible ASCII.
 *   T2. A literal segment of a route of ours is spelled without escapes (route-table.ts); values may be escaped as callers like.
 */
import { percentDecode } from './url-text';

export interface PathSegment {
  /** As sent. */
  raw: string;
  /** Decoded once. */
  value: string;
}

export interface RequestTarget {
  /** As sent, starts with `/`, without the query. */
  path: string;
  /** As sent, without the `?`. */
  query: string;
  /** What stands between the slashes of the path: `/` has one, which is empty. */
  segments: readonly PathSegment[];
  /** Why the request is refused, as a sentence; null: the target is in its normal form. */
  problem: string | null;
}

/** `target`: the second word of the request line. `host`: the Host header, which a target in absolute form must agree with. */
export function parseRequestTarget(target: string, host: string | undefined): RequestTarget {
  const own = originForm(target, host);
  if (own === null) return refused(target, "An address here is '/path?query', or a whole URL for the host of the Host header.");
  const mark = own.indexOf('?');
  const path = mark < 0 ? own : own.slice(0, mark);
  const query = mark < 0 ? '' : own.slice(mark + 1);
  if (!/^[\u0021-\u007e]*$/.test(own))
    return refused(path, 'Blanks and letters outside of ASCII stand percent-encoded in an address.');
  if (own.includes('#')) return refused(path, "A '#' stands percent-encoded in an address: %23.");
  if (path.includes('\\')) return refused(path, 'A backslash stands percent-encoded in a path: %5C.');
  const segments = path
    .slice(1)
    .split('/')
    .map((raw) => ({ raw, value: percentDecode(raw) }));
  if (segments.some(({ value }) => value === '.' || value === '..')) {
    return refused(path, "A path has no segments '.' and '..', escaped or not: write where it leads to.");
  }
  return { path, query, segments, problem: null };
}

function refused(path: string, problem: string): RequestTarget {
  return { path: path.startsWith('/') ? path : '/', query: '', segments: [], problem };
}

/** Null: neither `/...` nor `http://<host>/...`. */
function originForm(target: string, host: string | undefined): string | null {
  if (target.startsWith('/')) return target;
  const match = /^http:\/\/([^/?#\\]*)/i.exec(target);
  if (match === null || host === undefined || match[1]?.toLowerCase() !== host.toLowerCase()) return null;
  const rest = target.slice(match[0].length);
  return rest.startsWith('/') ? rest : `/${rest}`;
}
