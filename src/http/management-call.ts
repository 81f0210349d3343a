/** What a route of the management API is given. */
import type { RouteCall } from './route-table';
import { formDecode, percentDecode } from './url-text';

export interface ManagementCall extends RouteCall {
  /** Lower-cased, decoded names (spec/http-api.md 1.4). */
  query: ReadonlyMap<string, string>;
  maxBodyBytes: number;
}

/**
 * The values of a path as the extension has them: what its web server has decoded is decoded twice more, the first time as a form, so that
 * `a%2Bb` is `a b`, and `a%252Bb` is `a+b`. Null: a slash ends a segment however it is escaped, so the path is no route of ours.
 */
export function readAgain(params: Readonly<Record<string, string>>): Record<string, string> | null {
  const read = Object.entries(params).map(([name, value]) => [name, percentDecode(formDecode(value))] as const);
  return read.some(([, value]) => value.includes('/')) ? null : Object.fromEntries(read);
}
