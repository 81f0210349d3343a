/** Opens what a `HubTarget` says; each kind is read when it is first used. */
import type { Clock } from '../core/ports/clock';
import type { AttachedHub } from './attached-hub';
import { openAzureStorageHub } from './azure-storage/open-azure-storage-hub';
import { openFunctionsHost } from './functions-host/open-functions-host';
import type { HubTarget } from './hub-target';

/** Rejects with `HubNotFound` and `HubUnreachable`, in words that say what to do. */
export function openHub(target: HubTarget, clock: Clock): Promise<AttachedHub> {
  switch (target.kind) {
    case 'azureStorage':
      return openAzureStorageHub(target.connection, { clock, hubName: target.hubName });
    case 'functionsHost':
      return openFunctionsHost({ url: target.url, key: target.key, clock });
  }
}
