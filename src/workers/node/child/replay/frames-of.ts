/** The call stack of an orchestrator that stands waiting. */
import type { ReplayFrame } from '../../../../core/ports/replay-worker';
import type { ValueInspector } from './value-inspector';

/** Frames that are equal are the same object, and so are stacks of them. */
const known = new Map<string, ReplayFrame>();
const stacks = new Map<string, readonly ReplayFrame[]>();
const ids = new Map<ReplayFrame, number>();

/** `suspended` innermost first; the outermost is the orchestrator itself. */
export function framesOf(inspector: ValueInspector, suspended: readonly object[], functionName: string): readonly ReplayFrame[] {
  const frames = newFrames(inspector, suspended, functionName);
  const key = frames.map((one) => ids.get(one)).join();
  const stack = stacks.get(key);
  if (stack !== undefined) return stack;
  stacks.set(key, frames);
  return frames;
}

function newFrames(inspector: ValueInspector, suspended: readonly object[], functionName: string): ReplayFrame[] {
  if (suspended.length === 0) {
    const note =
      'V8 does not tell where the code stands: it was built for ES5, without generators, or is no generator function. Build it for ES2015 or later.';
    return [frame(functionName, null, note)];
  }
  return suspended.map((generator, index) => {
    const isOutermost = index === suspended.length - 1;
    const position = inspector.position(generator, index > 0);
    const name = position?.functionName ?? '';
    const shown = name !== '' && name !== 'anonymous' ? name : isOutermost ? functionName : '(generator)';
    return position === null
      ? frame(shown, null, 'V8 does not tell where the code stands.')
      : frame(shown, position.place, position.note);
  });
}

function frame(name: string, place: ReplayFrame['place'], note: string | null): ReplayFrame {
  const key = `${name}|${place?.file ?? ''}:${place?.line ?? 0}:${place?.column ?? 0}|${note ?? ''}`;
  let found = known.get(key);
  if (found === undefined) {
    found = { name, place, note };
    known.set(key, found);
    ids.set(found, ids.size);
  }
  return found;
}
