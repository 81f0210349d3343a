/** What the local server is told about its surroundings. */
import type { ClientIdRules } from '../core/values/instance-id';
import type { CorsSettings } from './security';

export interface HttpLimits {
  /** Management API and Durascope's own routes, in bytes. */
  managementBodyBytes: number;
  /** Import of instances, in bytes: one instance with 100,000 history rows has about 20 MB. */
  importBodyBytes: number;
  /** Bodies for the app's HTTP triggers, and those that the app's own client sends, in bytes. */
  appBodyBytes: number;
  /** How long a request waits for a worker that is starting. */
  readyWaitMs: number;
  /** How long a purge of a running instance waits for its end. */
  purgeWaitMs: number;
}

/** 100 MB is the real host's limit for triggers. */
export const defaultHttpLimits: HttpLimits = {
  managementBodyBytes: 4 * 1024 * 1024,
  importBodyBytes: 256 * 1024 * 1024,
  appBodyBytes: 100 * 1024 * 1024,
  readyWaitMs: 30_000,
  purgeWaitMs: 10_000,
};

export interface HttpSettings {
  hubName: string;
  /** Name in the `connection` parameter of links. Default `Storage`. */
  connectionName?: string;
  /** Of host.json, without slashes at its ends; empty for none. */
  routePrefix: string;
  /** The system key. */
  key: string;
  /** Accepted in place of the system key. */
  masterKey?: string;
  /** The secret segment of `/rpc/<token>/`. */
  rpcToken: string;
  /** `http://localhost:<port>`, once the server listens. */
  origin(): string;
  /** Of Durascope. */
  version: string;
  appDir: string;
  /** Null: in memory. */
  dataDir: string | null;
  /** `Host.CORS` and `Host.CORSCredentials` of local.settings.json. */
  cors?: CorsSettings;
  /** Names besides localhost that the Host header may carry (a forwarded port), without port. */
  allowedHosts?: readonly string[];
  limits?: Partial<HttpLimits>;
  /** Which ids clients may choose; default `documents`. */
  clientIdRules?: ClientIdRules;
}
