/** A file of dist of its own, with the library of the protocol: read with the first connection of this kind. */
import type { Clock } from '../../core/ports/clock';
import type { AccessTokens } from '../access-token';
import type { AttachedHub } from '../attached-hub';
import { actingHub, readOnlyHub } from '../read-only-hub';
import { durableTaskActions } from './durable-task-actions';
import { DurableTaskClient } from './durable-task-client';
import type { DurableTaskConnection } from './durable-task-connection';
import { DurableTaskReader } from './durable-task-reader';

export interface OpenDurableTaskOptions {
  clock: Clock;
  tokens?: AccessTokens;
  /** Default: nothing is ever changed. */
  mayAct?: boolean;
}

const readOnly =
  'This hub is only looked at, as nobody has allowed more: act on it through its own programs, or allow Durascope to act on it.';

/** Rejects with `HubUnreachable` where no such server answers, and with `HubNotFound`. */
export async function openDurableTaskHub(
  connection: DurableTaskConnection,
  { clock, tokens, mayAct = false }: OpenDurableTaskOptions,
): Promise<AttachedHub> {
  const client = new DurableTaskClient(connection, tokens === undefined ? {} : { tokens });
  const reader = new DurableTaskReader(client);
  try {
    await reader.check();
  } catch (error) {
    reader.dispose();
    throw error;
  }
  return mayAct
    ? actingHub(reader, durableTaskActions(client), 'the Durable Task protocol', clock)
    : readOnlyHub(reader, readOnly, clock);
}
