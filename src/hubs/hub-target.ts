/** What a person says of a task hub of a real engine, read into where it is and how it is opened (docs/attach.md). */
import { DurascopeError } from '../core/values/errors';
import { isLoopbackOrigin } from '../base/loopback';
import { settingsOf } from './connection-settings';
import {
  type DurableTaskConnection,
  durableTaskAddress,
  durableTaskLabel,
  isSchedulerConnection,
  schedulerConnection,
} from './durable-task/durable-task-connection';
import type { TrackingStore } from './azure-storage/hub-tables';
import { hubNamedIn, isSqlConnection, sqlConnection, type SqlConnection, sqlPlace } from './sql-server/sql-connection';
import { isStorageUrl, storageConnection, type StorageConnection } from './azure-storage/storage-connection';

export type HubTarget =
  | { kind: 'azureStorage'; connection: StorageConnection; hubName: string | null; tracking?: TrackingStore }
  /** `url` is the origin of the host, without its webhooks. An address of this machine may turn out to be a Durable Task server. */
  | { kind: 'functionsHost'; url: string; key: string | null; isLocal: boolean; hubName: string | null }
  | { kind: 'durableTask'; connection: DurableTaskConnection }
  /** `appHubName`: the name that an app gives, which counts where hubs are not named by who signs in. */
  | { kind: 'sqlServer'; connection: SqlConnection; hubName: string | null; appHubName?: string };

/** `hubName` goes before what the text says (`TaskHub=`). `InvalidArgument` where it is none of the forms; secrets are in no message. */
export function hubTarget(text: string, hubName: string | null = null): HubTarget {
  // As they stand in a file of settings.
  const unquoted = text
    .trim()
    .replace(/^(["'])(.*)\1$/s, '$2')
    .trim();
  // A port of this machine, as people say it.
  const trimmed = /^(?:localhost|127\.0\.0\.1):\d{1,5}\/?$/i.test(unquoted) ? `http://${unquoted}` : unquoted;
  if (/^grpcs?:\/\//i.test(trimmed)) return { kind: 'durableTask', connection: durableTaskAddress(trimmed, hubName) };
  if (/^https?:\/\//i.test(trimmed) && !/[?&]sig=/.test(trimmed) && !isStorageUrl(trimmed))
    return functionsHost(trimmed, hubName);
  if (isSqlConnection(trimmed)) {
    const connection = sqlConnection(trimmed);
    return { kind: 'sqlServer', connection, hubName: hubName ?? hubNamedIn(trimmed) };
  }
  const settings = settingsOf(trimmed);
  const named = hubName ?? settings.get('taskhub') ?? null;
  const isStorage =
    isStorageUrl(trimmed) ||
    /[?&]sig=/.test(trimmed) ||
    ['usedevelopmentstorage', 'accountname', 'tableendpoint'].some((name) => settings.has(name));
  if (isStorage) return { kind: 'azureStorage', connection: storageConnection(trimmed), hubName: named };
  if (isSchedulerConnection(settings)) return { kind: 'durableTask', connection: schedulerConnection(settings, named) };
  throw new DurascopeError(
    'InvalidArgument',
    'A task hub is given as UseDevelopmentStorage=true, the connection string or SAS URL of a storage account, AccountName=NAME for one that you are signed in to, that of a Durable Task Scheduler (Endpoint=...;Authentication=...;TaskHub=...) or of a SQL Server (Server=...;Database=...;User ID=...;Password=...), the address of a running Functions host (http://localhost:7071) or of a Durable Task server (grpc://localhost:4001), or the folder of an app.',
  );
}

/** Another hub at the same place. */
export function hubNamed(target: HubTarget, hubName: string): HubTarget {
  return target.kind === 'durableTask'
    ? { ...target, connection: { ...target.connection, taskHub: hubName } }
    : { ...target, hubName };
}

/** Whether the text opens something that is not on this machine: it belongs into no list of processes and no log. */
export function holdsSecret(text: string): boolean {
  if (/devstoreaccount1/.test(text)) return false;
  return /AccountKey=|SharedAccessSignature=|[?&;]sig=|[?&]code=|(?:^|;)\s*(?:password|pwd)\s*=/i.test(text);
}

/** For people and for lists: no secret in it. */
export function targetLabel(target: HubTarget): string {
  switch (target.kind) {
    case 'azureStorage': {
      const { account, isLocal, tables } = target.connection;
      return `${target.hubName ?? 'a hub'} in ${isLocal ? `Azurite at ${new URL(tables).host}` : account}`;
    }
    case 'functionsHost':
      return `Functions host at ${target.url}`;
    case 'durableTask':
      return durableTaskLabel(target.connection);
    case 'sqlServer':
      return `${target.hubName ?? 'a hub'} in ${sqlPlace(target.connection)}`;
  }
}

function functionsHost(text: string, hubName: string | null): HubTarget {
  if (!URL.canParse(text)) throw new DurascopeError('InvalidArgument', `'${text.split('?', 1)[0] ?? ''}' is no address.`);
  const url = new URL(text);
  const key = url.searchParams.get('code');
  if (url.protocol === 'http:' && !isLoopbackOrigin(url.origin)) {
    throw new DurascopeError(
      'InvalidArgument',
      `${url.origin} is not on this machine: give it with https, so that the key and the data cannot be read on the way.`,
    );
  }
  return { kind: 'functionsHost', url: url.origin, key, isLocal: isLoopbackOrigin(url.origin), hubName };
}
