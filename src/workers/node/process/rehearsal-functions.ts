import type { FunctionDescriptor } from '../../../core/ports/function-worker';
import { rehearsalNames } from '../wire/messages';

/** What a process that can rehearse has besides the functions of its app, and in no list. */
export const rehearsalFunctions: readonly FunctionDescriptor[] = [
  { name: rehearsalNames.orchestrator, type: 'orchestrator', triggerType: 'orchestrationTrigger' },
  { name: rehearsalNames.activity, type: 'activity', triggerType: 'activityTrigger' },
];
