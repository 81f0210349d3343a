/** Whether a host and a storage have one hub: what the host tells of its instances has to be what the tables have. */
import { DurascopeError } from '../core/values/errors';
import type { HubReader } from './attached-hub';

const compared = 5;
/** The management API cuts times to seconds. */
const toSeconds = 'YYYY-MM-DDThh:mm:ss'.length;

/**
 * Rejects with `InvalidArgument` where the host has an instance that the storage has not, or of another name or another second of creation, and
 * where it has none at all, so that nothing is known.
 */
export async function checkSameHub(
  storage: Pick<HubReader, 'query' | 'label'>,
  host: Pick<HubReader, 'query' | 'label'>,
): Promise<void> {
  const { instances } = await host.query({ pageSize: compared, entities: 'exclude' });
  if (instances.length === 0) {
    throw new DurascopeError(
      'InvalidArgument',
      `${host.label} has no instances, so that nobody can tell whether it is the host of ${storage.label}. Start one in the app, and try again.`,
    );
  }
  const asked = instances.slice(0, compared);
  const found = await storage.query({ instanceIds: asked.map(({ instanceId }) => instanceId) });
  for (const { instanceId, name, createdTime } of asked) {
    const same = found.instances.find((row) => row.instanceId === instanceId);
    if (same?.name === name && same.createdTime.slice(0, toSeconds) === createdTime.slice(0, toSeconds)) continue;
    throw new DurascopeError(
      'InvalidArgument',
      `${host.label} is not the host of ${storage.label}: its instance '${instanceId}' is not that of the tables. Give the host whose host.json names this hub.`,
    );
  }
}
