import type { HubClockState } from '../../src/core/ports/hub-clock';

/** A hub's clock that nobody has set. */
export const clockState: HubClockState = {
  mode: 'running',
  now: '2024-01-01T00:00:00.0000000Z',
  aheadMs: 0,
  next: null,
  goingTo: null,
  busy: null,
};
