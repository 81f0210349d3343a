/** The Durascope file: instances with their whole histories, as JSON.. */
import type { HistoryEvent } from '../../core/history';
import type { InstanceRow } from '../../core/instance';
import type { CustomStatusChange } from '../../core/ports/history-store';
import type { TaskHubClient } from '../../core/ports/task-hub-client';

export const exportFormat = 'durascope/1';

export interface ExportedInstance {
  instance: InstanceRow;
  history: readonly HistoryEvent[];
  customStatusChanges: readonly CustomStatusChange[];
}

export interface ExportFile {
  format: typeof exportFormat;
  /** UTC, ISO-8601. */
  exportedAt: string;
  instances: readonly ExportedInstance[];
}

/** Ids that the hub does not know are left out. */
export async function exportInstances(
  hub: TaskHubClient,
  instanceIds: readonly string[],
  exportedAt: string,
): Promise<ExportFile> {
  const instances: ExportedInstance[] = [];
  for (const instanceId of instanceIds) {
    const instance = await hub.get(instanceId);
    if (instance === undefined) continue;
    const [history, customStatusChanges] = await Promise.all([hub.history(instanceId), hub.customStatusChanges(instanceId)]);
    instances.push({ instance, history, customStatusChanges });
  }
  return { format: exportFormat, exportedAt, instances };
}
