import type { HostConfig } from '../core/values/host-config';
import type { EngineOptions } from '../engine/engine-options';

/** What host.json says to the engine. */
export function engineOptionsFrom(hostConfig: HostConfig): Partial<EngineOptions> {
  return {
    maxConcurrentActivities: hostConfig.maxConcurrentActivityFunctions,
    maxConcurrentEpisodes: hostConfig.maxConcurrentOrchestratorFunctions,
    maxConcurrentEntities: hostConfig.maxConcurrentEntityFunctions,
    maxEntityBatch: hostConfig.maxEntityOperationBatchSize,
    storeInputs: hostConfig.storeInputsInOrchestrationHistory,
    overridableStates: hostConfig.overridableExistingInstanceStates,
    defaultVersion: hostConfig.defaultVersion ?? '',
    versions:
      hostConfig.versionMatchStrategy === 'None'
        ? null
        : {
            workerVersion: hostConfig.defaultVersion ?? '',
            match: hostConfig.versionMatchStrategy,
            failure: hostConfig.versionFailureStrategy,
          },
  };
}
