import assert from 'node:assert/strict';
import { frameMs, SnapshotPace } from '../../src/protocol/snapshot-pace';
import { ManualClock } from '../support/manual-clock';
import { sessionClock, settle } from './recording-host';

describe('the pace of snapshots', () => {
  let clock: ManualClock;
  let isWanted: boolean;
  let sent: (() => void)[];
  let errors: unknown[];
  let pace: SnapshotPace;

  beforeEach(() => {
    clock = new ManualClock();
    isWanted = true;
    sent = [];
    errors = [];
    pace = new SnapshotPace(
      sessionClock(clock),
      () => isWanted,
      () => new Promise<void>((resolve) => sent.push(resolve)),
      (error) => errors.push(error),
    );
  });

  async function finish(): Promise<void> {
    sent.at(-1)?.();
    await settle();
  }

  it('S1: makes one of all the changes of a frame, and exactly one more of those while it is being put together', async () => {
    pace.soon();
    pace.soon();
    clock.advance(frameMs);
    assert.equal(sent.length, 1);
    pace.soon();
    pace.soon();
    clock.advance(frameMs);
    assert.equal(sent.length, 1);
    await finish();
    clock.advance(frameMs);
    assert.equal(sent.length, 2);
    await finish();
    clock.advance(10 * frameMs);
    assert.equal(sent.length, 2);
  });

  it('remembers a change while nobody looks, also one that came while the last snapshot was being put together', async () => {
    pace.soon();
    clock.advance(frameMs);
    pace.soon();
    isWanted = false;
    await finish();
    clock.advance(frameMs);
    assert.equal(sent.length, 1);
    isWanted = true;
    pace.soon();
    clock.advance(frameMs);
    assert.equal(sent.length, 2);
  });

  it('reports what fails, unless nobody looks any more', async () => {
    const failing = new SnapshotPace(
      sessionClock(clock),
      () => isWanted,
      () => {
        isWanted = errors.length === 0 && sent.length === 0;
        return Promise.reject(new Error('gone'));
      },
      (error) => errors.push(error),
    );
    await failing.now();
    assert.equal(errors.length, 1);
    isWanted = true;
    await failing.now();
    assert.equal(errors.length, 1);
  });
});
