import type { SessionClock } from '../protocol/panel-host';

/** Time as panels and trees see it in the editor. */
export const editorClock: SessionClock = {
  now: () => Date.now(),
  after: (delayMs, callback) => void setTimeout(callback, delayMs),
};
