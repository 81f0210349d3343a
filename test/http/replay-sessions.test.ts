import assert from 'node:assert/strict';
import { DurascopeError } from '../../src/core/values/errors';
import type { ConnectedReplays, OpenedReplay } from '../../src/core/ports/connected-replays';
import type { ReplayMoment } from '../../src/core/ports/replay-worker';
import { type EmulatorCall, HttpConnectedReplays } from '../../src/http/client/http-connected-replays';
import { CallerLeft } from '../../src/http/exchange';
import { idleReplayMs, ReplaySessions } from '../../src/http/replay-sessions';
import { ManualClock } from '../support/manual-clock';

const request = { instanceId: 'i', executionId: 'e', functionName: 'F', history: [] };
const moment = (status: string): ReplayMoment => ({
  rows: 2,
  frames: [],
  currentUtcDateTime: '2024-01-01T00:00:00.0000000Z',
  isReplaying: false,
  customStatus: status,
  decisions: [],
  awaitedEvents: [],
  logs: [],
});

/** Counts what is open; a moment is answered by hand where `holds`. */
class CountedReplays implements ConnectedReplays {
  readonly open_ = new Set<string>();
  holds = false;
  #refuse: (() => void)[] = [];
  #lastId = 0;

  open(): Promise<OpenedReplay> {
    const id = String(++this.#lastId);
    this.open_.add(id);
    const run: OpenedReplay['run'] = {
      moments: [moment('1')],
      end: { type: 'waiting' },
      disagreement: null,
      sourceText: null,
      changesWhenRepeated: false,
      impureUses: [],
      notes: [],
    };
    return Promise.resolve({ id, run });
  }

  moment(): Promise<ReplayMoment> {
    if (!this.holds) return Promise.resolve(moment('2'));
    return new Promise((_, reject) => this.#refuse.push(() => reject(new DurascopeError('Stopped', 'closed'))));
  }

  close(id: string): Promise<void> {
    this.open_.delete(id);
    for (const refuse of this.#refuse.splice(0)) refuse();
    return Promise.resolve();
  }
}

describe('replays that are opened over HTTP', () => {
  let clock: ManualClock;
  let replays: CountedReplays;
  let sessions: ReplaySessions;
  const caller = (): AbortSignal => new AbortController().signal;
  beforeEach(() => {
    clock = new ManualClock();
    replays = new CountedReplays();
    sessions = new ReplaySessions(replays, clock);
  });

  const isStopped = (error: unknown): boolean => DurascopeError.is(error, 'Stopped');

  it('R1: end when the caller leaves while a program is asked for him', async () => {
    const { id } = await sessions.open(request, caller());
    replays.holds = true;
    const controller = new AbortController();
    const question = sessions.moment(id, 0, controller.signal);
    controller.abort(new CallerLeft());
    await assert.rejects(question, isStopped);
    assert.equal(replays.open_.size, 0);
  });

  it('R2: end when nobody has looked at them for a while', async () => {
    const { id } = await sessions.open(request, caller());
    clock.advance(idleReplayMs - 1);
    assert.equal((await sessions.moment(id, 0, caller())).customStatus, '2');
    clock.advance(idleReplayMs - 1);
    assert.equal(replays.open_.size, 1);
    clock.advance(1);
    assert.equal(replays.open_.size, 0);
    await assert.rejects(sessions.moment(id, 0, caller()), isStopped);
  });

  it('R2: are bounded in number, and the one that was looked at longest ago goes first', async () => {
    const opened: string[] = [];
    for (let count = 0; count < 50; count++) opened.push((await sessions.open(request, caller())).id);
    await sessions.moment(opened[0] ?? '', 0, caller());
    await sessions.open(request, caller());
    assert.equal(replays.open_.size, 50);
    await sessions.moment(opened[0] ?? '', 0, caller());
    await assert.rejects(sessions.moment(opened[1] ?? '', 0, caller()), isStopped);
  });

  it('R3: have ids that tell nothing about others, and end with the server', async () => {
    const { id } = await sessions.open(request, caller());
    assert.match(id, /^[0-9a-f-]{36}$/);
    await assert.rejects(sessions.moment('1', 0, caller()), isStopped);
    await sessions.close('1');
    assert.equal(replays.open_.size, 1);
    await sessions.dispose();
    assert.equal(replays.open_.size, 0);
  });

  describe('by a client', () => {
    let moments = 1;
    const call = (async (_schema, method, route, body) => {
      if (method === 'DELETE') return sessions.close(route.split('/')[2] ?? '');
      if (route === '/replays') {
        const { id, run } = await sessions.open(request, caller());
        return { id, run: { ...run, moments: Array.from({ length: moments }, () => moment('1')) } };
      }
      return sessions.moment(route.split('/')[2] ?? '', (body as { index: number }).index, caller());
    }) as (...args: Parameters<EmulatorCall>) => Promise<unknown>;
    const client = () => new HttpConnectedReplays(call as EmulatorCall);

    it('are opened anew where they have ended by themselves', async () => {
      const opened = client();
      const { id } = await opened.open(request);
      clock.advance(idleReplayMs);
      assert.equal(replays.open_.size, 0);
      assert.equal((await opened.moment(id, 0)).customStatus, '2');
      assert.equal(replays.open_.size, 1);
      await opened.close(id);
      assert.equal(replays.open_.size, 0);
      await assert.rejects(opened.moment(id, 0), isStopped);
    });

    it('are refused where the code is another one by then', async () => {
      const opened = client();
      const { id } = await opened.open(request);
      clock.advance(idleReplayMs);
      moments = 2;
      await assert.rejects(opened.moment(id, 0), (error) => isStopped(error) && /was changed/.test((error as Error).message));
    });
  });
});
