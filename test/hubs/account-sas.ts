/** Shared access signatures of Azurite's account, as its portal would make them. */
import {
  AccountSASPermissions,
  AccountSASResourceTypes,
  AccountSASServices,
  generateAccountSASQueryParameters,
  StorageSharedKeyCredential,
} from '@azure/storage-blob';
import { localKey } from './azurite';

interface AccountSas {
  expiresOn: Date;
  /** `rl` reads and lists. */
  permissions: string;
  /** Default: a day before its end. */
  startsOn?: Date;
  /** Default: table, blob and queue. */
  services?: string;
}

/** All types. */
export function generateAccountSas({ expiresOn, permissions, startsOn, services = 'btqf' }: AccountSas): string {
  return generateAccountSASQueryParameters(
    {
      expiresOn,
      startsOn: startsOn ?? new Date(expiresOn.getTime() - 24 * 3_600_000),
      permissions: AccountSASPermissions.parse(permissions),
      services: AccountSASServices.parse(services).toString(),
      resourceTypes: AccountSASResourceTypes.parse('sco').toString(),
    },
    new StorageSharedKeyCredential('devstoreaccount1', localKey),
  ).toString();
}
