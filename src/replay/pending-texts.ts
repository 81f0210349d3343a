import type { PendingTask } from './replay-timeline';

/** What is scheduled and not finished, in a word. */
export const kindTexts: Readonly<Record<PendingTask['kind'], string>> = {
  activity: 'activity',
  timer: 'timer',
  subOrchestration: 'sub-orchestration',
  event: 'event',
  entity: 'entity',
};
