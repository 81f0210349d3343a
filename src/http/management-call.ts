/** What a route of the management API is given. */
import type { RouteCall } from './route-table';

export interface ManagementCall extends RouteCall {
  /** Lower-cased, decoded names (spec/http-api.md 1.4). */
  query: ReadonlyMap<string, string>;
  maxBodyBytes: number;
}
