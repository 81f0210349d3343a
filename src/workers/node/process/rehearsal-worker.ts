import type { FunctionDescriptor, FunctionWorker } from '../../../core/ports/function-worker';
import { rehearsalNames } from '../wire/messages';
import type { RunningApp } from '../../supervision/running-app';

/** The process as a worker that has the two functions of rehearsals and no others. */
export function rehearsalWorker(app: Pick<RunningApp, 'episode' | 'activity' | 'activityOn' | 'forget'>): FunctionWorker {
  const { orchestrator, activity } = rehearsalNames;
  const functions: readonly FunctionDescriptor[] = [
    { name: orchestrator, type: 'orchestrator', triggerType: 'orchestrationTrigger' },
    { name: activity, type: 'activity', triggerType: 'activityTrigger' },
  ];
  return {
    profile: 'A',
    functions: () => functions,
    runEpisode: (request) => app.episode(request),
    runActivity: (request) => app.activity(request),
    runActivityOn: async (request) => (await app.activityOn?.(request)) ?? { outcome: await app.activity(request), next: null },
    forget: (instanceId) => app.forget(instanceId),
  };
}
