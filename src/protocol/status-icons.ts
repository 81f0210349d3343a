import type { OrchestrationStatus } from '../core/values/status';

/** Codicons, the same in views and panels. */
export const statusIcons: Readonly<Record<OrchestrationStatus, string>> = {
  Running: 'sync',
  Pending: 'clock',
  ContinuedAsNew: 'sync',
  Suspended: 'debug-pause',
  Failed: 'error',
  Terminated: 'stop-circle',
  Canceled: 'circle-slash',
  Completed: 'pass',
};
