/** Opens what a `HubTarget` says; each kind is read when it is first used. */
import type { Clock } from '../core/ports/clock';
import { DurascopeError } from '../core/values/errors';
import type { AccessTokens } from './access-token';
import type { AttachedHub } from './attached-hub';
import { openAzureStorageHub } from './azure-storage/open-azure-storage-hub';
import { durableTaskAddress } from './durable-task/durable-task-connection';
import { openFunctionsHost } from './functions-host/open-functions-host';
import { throughHost } from './functions-host/through-host';
import type { HubTarget } from './hub-target';
import { waitingWords } from './waiting-words';

export interface OpenHubOptions {
  clock: Clock;
  /** For hubs that ask for a sign-in. */
  tokens?: AccessTokens;
  /** Told in words that the service asks to be asked later; null once it answers again. */
  onWait?: (words: string | null) => void;
  /** Somebody has allowed it in words. Default: nothing is ever changed. */
  mayAct?: boolean;
  /** The host by which a hub in a storage may be acted on. */
  actThrough?: Extract<HubTarget, { kind: 'functionsHost' }>;
}

/**
 * Rejects with `HubNotFound` and `HubUnreachable`, in words that say what to do; with `NotSupported` for a hub in a storage that may be acted on,
 * but without a host.
 */
export async function openHub(target: HubTarget, options: OpenHubOptions): Promise<AttachedHub> {
  const { clock, mayAct = false, actThrough, onWait } = options;
  switch (target.kind) {
    case 'azureStorage':
      if (mayAct && actThrough === undefined) {
        throw new DurascopeError(
          'NotSupported',
          'Nobody but its own engine writes into a hub in Azure Storage. Name the Functions host that runs it as well, and it is acted on through that.',
        );
      }
      return openAzureStorageHub(target.connection, {
        clock,
        hubName: target.hubName,
        ...(target.tracking === undefined ? {} : { tracking: target.tracking }),
        ...(options.tokens === undefined ? {} : { tokens: options.tokens }),
        ...(onWait === undefined
          ? {}
          : { onWait: (wait) => onWait(wait === 'over' ? null : waitingWords(target.connection.account, wait)) }),
        ...(mayAct && actThrough !== undefined ? { actThrough: { url: actThrough.url, key: actThrough.key } } : {}),
      });
    case 'functionsHost':
      return openHost(target, options);
    case 'durableTask':
      return openDurableTask(target, options);
    case 'sqlServer':
      return openSqlServer(target, options);
  }
}

/** An address of this machine may be one of either protocol: nobody has to know which port is what. */
async function openHost(target: Extract<HubTarget, { kind: 'functionsHost' }>, options: OpenHubOptions): Promise<AttachedHub> {
  const { url, key, isLocal, hubName } = target;
  const { onWait } = options;
  try {
    return await openFunctionsHost({
      ...{ url, key, clock: options.clock, mayAct: options.mayAct ?? false },
      ...(onWait === undefined ? {} : { onWait: (wait) => onWait(wait === 'over' ? null : waitingWords(url, wait)) }),
    });
  } catch (error) {
    if (!isLocal || !DurascopeError.is(error, 'HubUnreachable')) throw error;
    try {
      return await openDurableTask({ kind: 'durableTask', connection: durableTaskAddress(url, hubName) }, options);
    } catch (other) {
      // A server of the other protocol that has no such hub is the one that was meant.
      throw DurascopeError.is(other, 'HubNotFound') ? other : error;
    }
  }
}

async function openDurableTask(
  { connection }: Extract<HubTarget, { kind: 'durableTask' }>,
  { clock, tokens, mayAct = false }: OpenHubOptions,
): Promise<AttachedHub> {
  const { openDurableTaskHub } = await import('./durable-task/open-durable-task-hub');
  return openDurableTaskHub(connection, { clock, mayAct, ...(tokens === undefined ? {} : { tokens }) });
}

async function openSqlServer(
  { connection, hubName, appHubName }: Extract<HubTarget, { kind: 'sqlServer' }>,
  { clock, tokens, onWait, mayAct = false, actThrough }: OpenHubOptions,
): Promise<AttachedHub> {
  const { openSqlServerHub } = await import('./sql-server/open-sql-server-hub');
  return openSqlServerHub(connection, {
    ...{ clock, hubName },
    ...(appHubName === undefined ? {} : { appHubName }),
    ...(tokens === undefined ? {} : { tokens }),
    ...(onWait === undefined ? {} : { onWait: (wait) => onWait(wait === 'over' ? null : waitingWords(connection.host, wait)) }),
    ...(mayAct ? { act: actThrough === undefined ? 'provider' : (reader) => throughHost(reader, actThrough) } : {}),
  });
}
