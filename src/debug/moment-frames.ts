import type { SourcePlace } from '../core/values/source-place';
import type { ReplayStep, ReplayTimeline } from '../replay/replay-timeline';
import { stepAt, type Position } from './replay-cursor';

/** One line of the call stack. */
export interface MomentFrame {
  name: string;
  place: SourcePlace | null;
  note: string | null;
  position: Position;
  /** As in the replay's step; null for what is no frame of the code: a separator, or the end of a run. */
  index: number | null;
  isLabel: boolean;
}

/** The call stack at a moment: the code's own frames, the innermost first, then those of the parents that wait for it. */
export function momentFrames(position: Position, callers: readonly Position[]): MomentFrame[] {
  return [
    ...ownFrames(position),
    ...callers.flatMap((caller): MomentFrame[] => [
      {
        name: `called by ${caller.timeline.instanceId}`,
        place: null,
        note: null,
        position: caller,
        index: null,
        isLabel: true,
      },
      ...ownFrames(caller),
    ]),
  ];
}

function ownFrames(position: Position): MomentFrame[] {
  const { timeline } = position;
  const step = stepAt(position);
  if (step.frames.length > 0) {
    const outermost = step.frames.length - 1;
    return step.frames.map(({ name, place, note }, index) => ({
      // The orchestrator goes by the name that it is registered under; a function without a name is nothing to call it by.
      name: index === outermost ? timeline.functionName : name === '' ? '(anonymous)' : name,
      place,
      note,
      position,
      index,
      isLabel: false,
    }));
  }
  // The code has returned or thrown: what there is to see is where it stood last.
  const name = `${timeline.functionName} (${endTexts[step.kind]})`;
  const place = timeline.divergence?.place ?? lastPlace(timeline, step);
  return [{ name, place, note: null, position, index: null, isLabel: false }];
}

function lastPlace(timeline: ReplayTimeline, step: ReplayStep): SourcePlace | null {
  for (let index = step.index - 1; index >= 0; index--) {
    const place = timeline.steps[index]?.frames.at(-1)?.place;
    if (place != null) return place;
  }
  return null;
}

const endTexts: Readonly<Record<ReplayStep['kind'], string>> = {
  started: 'not started',
  resumed: 'ended',
  waiting: 'waiting',
  completed: 'completed',
  failed: 'failed',
  continuedAsNew: 'continued as new',
  terminated: 'terminated',
  diverged: 'not deterministic',
};
