import type { InstanceQuery } from './history-store';
import type { TaskHubClient } from './task-hub-client';

/** The ids of all instances that the filters let through, in the order of the query. */
export async function allInstanceIds(hub: TaskHubClient, query: InstanceQuery): Promise<string[]> {
  const ids: string[] = [];
  let continuationToken: string | undefined;
  do {
    const page = await hub.query({
      ...query,
      pageSize: 10_000,
      ...(continuationToken === undefined ? {} : { continuationToken }),
    });
    for (const row of page.instances) ids.push(row.instanceId);
    continuationToken = page.continuationToken;
  } while (continuationToken !== undefined);
  return ids;
}
