/** Runtime statuses and their numbers (spec/engine.md 1.3). */
export const orchestrationStatusNumbers = {
  Running: 0,
  Completed: 1,
  ContinuedAsNew: 2,
  Failed: 3,
  Canceled: 4,
  Terminated: 5,
  Pending: 6,
  Suspended: 7,
} as const;

export type OrchestrationStatus = keyof typeof orchestrationStatusNumbers;

export type TerminalStatus = 'Completed' | 'Failed' | 'Terminated' | 'Canceled';

/** True for Completed, Failed, Terminated and Canceled: nothing is ever appended to such a generation. */
export function isTerminal(status: OrchestrationStatus): status is TerminalStatus {
  return status === 'Completed' || status === 'Failed' || status === 'Terminated' || status === 'Canceled';
}
