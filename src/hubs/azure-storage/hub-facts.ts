/** Queues and partitions of a hub, looked at from outside: no message and no lease is touched (spec/attach.md 1.6). */
import * as z from 'zod';
import { messageOf } from '../../base/error-message';
import { DurascopeError } from '../../core/values/errors';
import { timestamp } from '../../replay/canonical-event';
import type { HubFacts, PartitionFacts, QueueFacts } from '../attached-hub';
import type { StorageAccount } from './storage-account';

const mostApartMs = 5 * 60_000;

const hubFile = z.object({ PartitionCount: z.number() });

export async function hubFacts(account: StorageAccount, hubName: string): Promise<HubFacts> {
  const notes: string[] = [];
  const [queues, partitions] = await Promise.all([queuesOf(account, hubName, notes), partitionsOf(account, hubName, notes)]);
  const apartMs = Math.abs(account.meter.clockAheadMs);
  if (apartMs > mostApartMs) {
    const minutes = Math.round(apartMs / 60_000);
    notes.push(
      `This computer's clock is ${minutes} minutes ${account.meter.clockAheadMs > 0 ? 'behind' : 'ahead of'} the server's: ages and "the last 24 hours" are off by as much.`,
    );
  }
  if (partitions !== null && partitions.length > 0 && partitions.every(({ isExpired }) => isExpired)) {
    notes.push('All leases have run out: no host works on this hub now.');
  }
  return { queues, partitions, notes };
}

async function queuesOf(account: StorageAccount, hubName: string, notes: string[]): Promise<QueueFacts[] | null> {
  const hub = hubName.toLowerCase();
  try {
    const found = await account.queues(`${hub}-`);
    if (found === null) {
      notes.push('The connection does not lead to the queues: nothing is known of them.');
      return null;
    }
    return found.filter(({ name }) => name === `${hub}-workitems` || name.startsWith(`${hub}-control-`));
  } catch (error) {
    notes.push(`The queues cannot be read: ${messageOf(error)}`);
    return null;
  }
}

async function partitionsOf(account: StorageAccount, hubName: string, notes: string[]): Promise<PartitionFacts[] | null> {
  const partitions: PartitionFacts[] = [];
  try {
    for await (const { rows } of account.pages(`${hubName}Partitions`, {})) {
      // Leases are written by other computers: whether one has run out is told by the server's clock.
      const now = new Date(account.now()).toISOString();
      for (const row of rows) {
        const expiresAt = timestamp(row['ExpiresAt']) ?? null;
        const owner = row['CurrentOwner'];
        partitions.push({
          name: String(row['RowKey']),
          owner: typeof owner === 'string' && owner !== '' ? owner : null,
          ownedSince: timestamp(row['OwnedSince']) ?? null,
          lastRenewal: timestamp(row['LastRenewal']) ?? null,
          expiresAt,
          isExpired: expiresAt === null || expiresAt < now,
          isDraining: row['IsDraining'] === true,
        });
      }
    }
    return partitions;
  } catch (error) {
    if (!DurascopeError.is(error, 'HubNotFound')) {
      notes.push(`The partitions cannot be read: ${messageOf(error)}`);
      return null;
    }
  }
  // Hubs whose leases are blobs.
  const file = await account.blob(`${hubName.toLowerCase()}-leases`, 'taskhub.json', 1024 * 1024).catch(() => undefined);
  const count = file === undefined ? undefined : hubFile.safeParse(jsonOf(file.toString('utf8'))).data?.PartitionCount;
  notes.push(
    count === undefined
      ? 'The hub has no table of partitions: who holds which is not known.'
      : `The leases of the ${count} partitions are blobs: who holds which is not shown.`,
  );
  return null;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
