/** Connections of the Durable Task protocol: the scheduler's connection strings, and plain addresses (spec/attach.md 3). */
import { DurascopeError } from '../../core/values/errors';
import { isLoopbackHost } from '../../base/loopback';
import type { SignIn } from '../access-token';

export interface DurableTaskConnection {
  /** `host:port`, as gRPC dials it. */
  address: string;
  isTls: boolean;
  /** On this machine. */
  isLocal: boolean;
  /** Null: no name is sent, and the server takes its own. */
  taskHub: string | null;
  /** With what an access token has to be had; null: nobody asks for one. */
  signIn: SignIn | null;
}

/** Of the Durable Task Scheduler. */
const schedulerScope = 'https://durabletask.io/.default';

/** True for what is meant by a connection string of the scheduler; `Endpoint=sb://` is of something else. */
export function isSchedulerConnection(settings: ReadonlyMap<string, string>): boolean {
  return /^https?:\/\//i.test(settings.get('endpoint') ?? '');
}

/** `Endpoint=https://...;Authentication=...;TaskHub=...`. `InvalidArgument` for what cannot be. */
export function schedulerConnection(settings: ReadonlyMap<string, string>, taskHub: string | null): DurableTaskConnection {
  const endpoint = settings.get('endpoint') ?? '';
  const authentication = settings.get('authentication') ?? '';
  if (authentication === '') {
    throw refused('The connection string has no Authentication: it is None for an emulator, and DefaultAzure for a scheduler.');
  }
  if (taskHub === null || taskHub === '') {
    throw refused('The connection string names no task hub: add TaskHub=NAME to it (the emulator has "default").');
  }
  const tenant = settings.get('tenantid') ?? null;
  if (tenant !== null && !/^[\w.-]+$/.test(tenant)) throw refused('The TenantId is no name or id of a directory.');
  const isOpen = authentication.toLowerCase() === 'none';
  return addressed(endpoint, taskHub, isOpen ? null : { scope: schedulerScope, tenant, cloud: 'public' });
}

/** `grpc://host:port`, `grpcs://host`, `http://host:port`. */
export function durableTaskAddress(url: string, taskHub: string | null): DurableTaskConnection {
  return addressed(url.replace(/^grpc/i, 'http'), taskHub, null);
}

export function durableTaskLabel({ address, taskHub }: DurableTaskConnection): string {
  return `${taskHub === null ? 'Durable Task server' : taskHub} at ${address}`;
}

function addressed(text: string, taskHub: string | null, signIn: DurableTaskConnection['signIn']): DurableTaskConnection {
  if (!URL.canParse(text)) throw refused(`'${text}' is no address.`);
  const url = new URL(text);
  const isTls = url.protocol === 'https:';
  const isLocal = isLoopbackHost(url.host);
  if (!isTls && !isLocal) {
    throw refused(
      `${url.host} is not on this machine: give it with https:// (or grpcs://), so that nobody can read the data on the way.`,
    );
  }
  const port = url.port === '' ? (isTls ? '443' : '80') : url.port;
  return { address: `${url.hostname}:${port}`, isTls, isLocal, taskHub, signIn };
}

function refused(message: string): DurascopeError {
  return new DurascopeError('InvalidArgument', message);
}
