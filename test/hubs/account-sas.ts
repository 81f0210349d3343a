/** Shared access signatures of Azurite's account, as its portal would make them. */
import {
  AccountSASPermissions,
  AccountSASResourceTypes,
  AccountSASServices,
  generateAccountSASQueryParameters,
  StorageSharedKeyCredential,
} from '@azure/storage-blob';
import { localKey } from './azurite';

/** Services table, blob and queue; all types. `permissions`: `rl` reads and lists. */
export function generateAccountSas({ expiresOn, permissions }: { expiresOn: Date; permissions: string }): string {
  return generateAccountSASQueryParameters(
    {
      expiresOn,
      startsOn: new Date(expiresOn.getTime() - 24 * 3_600_000),
      permissions: AccountSASPermissions.parse(permissions),
      services: AccountSASServices.parse('btqf').toString(),
      resourceTypes: AccountSASResourceTypes.parse('sco').toString(),
    },
    new StorageSharedKeyCredential('devstoreaccount1', localKey),
  ).toString();
}
