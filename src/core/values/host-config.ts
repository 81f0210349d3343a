/** The part of host.json that matters here, checked and with its defaults filled in (spec/functions-worker.md 2.9). */
export interface HostConfig {
  /** `extensions.durableTask.hubName`; default: the setting WEBSITE_SITE_NAME, else `TestHubName`. */
  hubName: string;
  /** `extensions.http.routePrefix` without slashes at its ends; empty for none. Default `api`. */
  routePrefix: string;
  /** Version given to instances that are started without one; null when none is configured. */
  defaultVersion: string | null;
  /** `versionMatchStrategy`: which instance versions this app may run (spec/engine.md 2.10.14). */
  versionMatchStrategy: 'None' | 'Strict' | 'CurrentOrOlder';
  versionFailureStrategy: 'Reject' | 'Fail';
  maxConcurrentActivityFunctions: number;
  maxConcurrentOrchestratorFunctions: number;
  maxConcurrentEntityFunctions: number;
  /** Operations of one batch of an entity. */
  maxEntityOperationBatchSize: number;
  /** Which existing instances a start with the same id may replace. */
  overridableExistingInstanceStates: 'NonRunningStates' | 'AnyState';
  storeInputsInOrchestrationHistory: boolean;
  maxOrchestrationActions: number;
  /** `httpSettings.defaultAsyncRequestSleepTimeMilliseconds`: pause between polls of a durable HTTP call. */
  defaultAsyncRequestSleepTimeMs: number;
  /** What clients of the gRPC dialect send and receive at most; null: their own default. */
  maxGrpcMessageSizeInBytes: number | null;
  /** `storageProvider.type`: the store of production; null when none is named. */
  storageProviderType: string | null;
  /** `extendedSessionsEnabled` with `extendedSessionIdleTimeoutInSeconds`, for .NET alone; null: they are off. */
  extendedSessionSeconds: number | null;
  /** Null: no limit. */
  functionTimeoutMs: number | null;
}

/** What an app without host.json gets. */
export const defaultHostConfig: HostConfig = {
  hubName: 'TestHubName',
  routePrefix: 'api',
  defaultVersion: null,
  versionMatchStrategy: 'None',
  versionFailureStrategy: 'Reject',
  maxConcurrentActivityFunctions: 100,
  maxConcurrentOrchestratorFunctions: 100,
  maxConcurrentEntityFunctions: 100,
  maxEntityOperationBatchSize: 5000,
  overridableExistingInstanceStates: 'NonRunningStates',
  storeInputsInOrchestrationHistory: false,
  maxOrchestrationActions: 100_000,
  defaultAsyncRequestSleepTimeMs: 30_000,
  maxGrpcMessageSizeInBytes: null,
  storageProviderType: null,
  extendedSessionSeconds: null,
  functionTimeoutMs: null,
};
