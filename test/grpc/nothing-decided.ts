import type { OrchestratorResponse } from '../../src/wire/generated/task-hub-sidecar';

/** The answer of a worker whose code asks for nothing. */
export const nothingDecided: OrchestratorResponse = {
  instanceId: '',
  actions: [],
  customStatus: undefined,
  completionToken: '',
  numEventsProcessed: undefined,
  orchestrationTraceContext: undefined,
  requiresHistory: false,
  isPartial: false,
  chunkIndex: undefined,
};
