import assert from 'node:assert/strict';
import type { ReplayStep, ReplayTimeline } from '../../src/replay/replay-timeline';
import { placeNotes, stepLines } from '../../src/replay/step-lines';

function step(index: number, frames: ReplayStep['frames']): ReplayStep {
  return {
    ...{ index, frames, rows: { from: 0, to: 0 }, kind: 'resumed', currentUtcDateTime: '2026-01-01T00:00:00Z' },
    ...{ isReplaying: false, customStatus: null, decisions: [], pending: [], logs: [], output: null, failure: null },
  };
}

describe('the lines of a replay', () => {
  it('name the place at which the code waits, and none where it is not sure or has ended', async () => {
    const place = { file: '/app/Orders.cs', line: 12, column: 5 };
    const steps = [
      step(0, [{ name: 'Orders', place, note: null }]),
      step(1, [{ name: 'Orders', place, note: 'The function begins here.' }]),
      step(2, []),
    ];
    const lines = await stepLines({ steps, history: [] } as unknown as ReplayTimeline);
    assert.deepEqual(
      lines.map((line) => line.place),
      [place, null, null],
    );
  });

  it('say once why there is no place', async () => {
    const frames = (note: string | null) => [{ name: 'Orders', place: null, note }];
    const steps = ['It is made while running.', 'It is made while running.', null, 'It is no file.'].map((note, at) =>
      step(at, frames(note)),
    );
    const lines = await stepLines({ steps, history: [] } as unknown as ReplayTimeline);
    assert.deepEqual(placeNotes(lines), ['It is made while running.', 'It is no file.']);
  });
});
