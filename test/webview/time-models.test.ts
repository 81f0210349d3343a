import assert from 'node:assert/strict';
import fc from 'fast-check';
import { fromTimestamp, toTimestamp } from '../../src/core/values/time';
import { buildSequence } from '../../src/webview/models/sequence';
import { ageText } from '../../src/base/age';
import { changedDay, countdownText, durationText, shortTimestamp } from '../../src/webview/models/time-text';
import { fitWindow, panWindow, zoomWindow } from '../../src/webview/models/time-window';
import { buildTimeline } from '../../src/webview/models/timeline';
import { needsClock, waitingLines } from '../../src/webview/models/waiting-for';
import {
  completed,
  ended,
  failed,
  fired,
  helloCities,
  raised,
  rest,
  scheduled,
  started,
  story,
  storyStart,
  timer,
  turn,
} from './histories';

describe('the time of a row', () => {
  it('has its day where the row beside it is of another one', () => {
    const at = (day: number, hour: number): number => new Date(2026, 0, day, hour).getTime();
    assert.equal(changedDay(at(2, 1), undefined), '');
    assert.equal(changedDay(at(2, 1), at(2, 23)), '');
    assert.equal(changedDay(at(2, 1), at(1, 23)), '2026-01-02');
  });
});

describe('the timeline', () => {
  it('has a bar for each activity, from its scheduling to its result', () => {
    const { bars, ended: over, episodes } = buildTimeline(helloCities);
    assert.deepEqual(
      bars.map((bar) => [
        bar.kind,
        bar.label,
        (bar.startMs - storyStart) / 1000,
        ((bar.endMs ?? 0) - storyStart) / 1000,
        bar.state,
      ]),
      [
        ['activity', 'SayHello', 2, 5, 'completed'],
        ['activity', 'SayHello', 6, 9, 'completed'],
        ['activity', 'SayHello', 10, 13, 'completed'],
      ],
    );
    assert.equal(over, true);
    assert.equal(episodes.length, 4);
  });

  it('leaves a bar open while there is no answer, and calls it abandoned when the instance ended', () => {
    const events = story(turn, started(), scheduled(0), timer(1, 60), rest);
    assert.deepEqual(
      buildTimeline(events).bars.map((bar) => [bar.state, bar.endMs]),
      [
        ['open', null],
        ['open', null],
      ],
    );
    const terminated = [...events, ...story(turn, ended(2, 'enough', 'Terminated'), rest)];
    assert.ok(buildTimeline(terminated).bars.every((bar) => bar.state === 'abandoned' && bar.endMs !== null));
  });

  it('counts the attempts of a retried activity through the delay between them', () => {
    const events = story(
      turn,
      started(),
      scheduled(0, 'Flaky'),
      rest,
      turn,
      failed(0),
      timer(1, 10),
      rest,
      turn,
      fired(1, 10),
      scheduled(2, 'Flaky'),
      rest,
      turn,
      failed(2),
      scheduled(3, 'Flaky'),
      rest,
    );
    const { bars } = buildTimeline(events);
    assert.deepEqual(
      bars.filter((bar) => bar.kind === 'activity').map((bar) => [bar.attempt, bar.state]),
      [
        [1, 'failed'],
        [2, 'failed'],
        [3, 'open'],
      ],
    );
    assert.equal(bars.find((bar) => bar.kind === 'timer')?.label, 'Retry delay (Flaky)');
  });

  it('parts the time in the queue from the run: of what is over by the history, of what runs by the hub', () => {
    const done = { ...completed(0, 'null'), QueuedMs: 400 };
    const events = story(turn, started(), scheduled(0, 'A'), scheduled(1, 'B'), rest, turn, done, rest);
    const startOf = (eventId: number) => events.find((event) => event.EventId === eventId)?.Timestamp ?? '';
    const { bars } = buildTimeline(events, [{ eventId: 1, startedAt: toTimestamp(fromTimestamp(startOf(1)) + 700) }]);
    assert.deepEqual(
      bars.map((bar) => (bar.runStartMs ?? 0) - bar.startMs),
      [400, 700],
    );
  });

  it('draws the wait for an event from the last rest, as a guess', () => {
    const events = story(turn, started(), rest, turn, { ...raised('Approved'), at: 9 }, ended(0, 'true'), rest);
    const bar = buildTimeline(events).bars.find((each) => each.kind === 'event');
    assert.equal(bar?.startIsGuess, true);
    assert.deepEqual([bar.startMs - storyStart, (bar.endMs ?? 0) - storyStart], [2000, 9000]);
  });

  it('tells queued from running where the hub knows', () => {
    const { bars } = buildTimeline(helloCities, [{ eventId: 0, startedAt: toTimestamp(storyStart + 3000) }]);
    assert.equal(bars[0]?.runStartMs, storyStart + 3000);
    assert.equal(bars[1]?.runStartMs, null);
  });

  it('an activity that no worker has taken is queued, not running, until it is answered or given up', () => {
    const open = story(turn, started(), scheduled(0, 'A'), scheduled(1, 'B'), scheduled(2, 'C'), rest);
    const pending = [{ eventId: 0 }, { eventId: 1, startedAt: toTimestamp(storyStart + 3000) }];
    const queued = (events: typeof open) => buildTimeline(events, pending).bars.map((bar) => bar.isQueued);
    assert.deepEqual(queued(open), [true, false, false], 'of the third the hub has not told yet');
    assert.deepEqual(queued([...open, ...story(turn, completed(0, 'null'), rest)]), [false, false, false]);
    assert.deepEqual(queued([...open, ...story(turn, ended(3, 'null'), rest)]), [false, false, false]);
  });

  it('has nothing to show for an empty history', () => {
    assert.deepEqual(buildTimeline([]), { bars: [], episodes: [], startMs: 0, lastMs: 0, ended: false });
  });
});

describe('the window of a chart', () => {
  const limit = { fromMs: 0, toMs: 1000 };
  it('keeps the time under the pointer where it is when zooming', () => {
    const zoomed = zoomWindow(limit, 0.5, 250, limit);
    assert.deepEqual(zoomed, { fromMs: 125, toMs: 625 });
  });
  it('never leaves its limits', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.double({ min: 0.1, max: 10, noNaN: true }), fc.double({ min: -2, max: 2, noNaN: true }))),
        (moves) => {
          let window = limit;
          for (const [factor, part] of moves) {
            window = panWindow(zoomWindow(window, factor, (window.fromMs + window.toMs) / 2, limit), part, limit);
            assert.ok(window.fromMs >= -1e-6 && window.toMs <= 1000 + 1e-6 && window.toMs > window.fromMs);
          }
        },
      ),
    );
  });
  it('has air on both sides, also around a single moment', () => {
    assert.deepEqual(fitWindow(0, 100), { fromMs: -2, toMs: 102 });
    assert.ok(fitWindow(5, 5).toMs > fitWindow(5, 5).fromMs);
  });
});

describe('the sequence diagram', () => {
  it('draws an arrow for each row but the markers, and numbers the turns', () => {
    const { lanes, steps } = buildSequence(helloCities);
    assert.deepEqual(lanes, ['caller', 'orchestrator', 'activities']);
    assert.deepEqual(
      steps.map((step) => `${step.turn} ${step.from}>${step.to} ${step.label}`),
      [
        '1 caller>orchestrator start HelloCities',
        '1 orchestrator>activities SayHello',
        '2 activities>orchestrator SayHello',
        '2 orchestrator>activities SayHello',
        '3 activities>orchestrator SayHello',
        '3 orchestrator>activities SayHello',
        '4 activities>orchestrator SayHello',
        '4 orchestrator>caller completed',
      ],
    );
  });
  it('marks failures', () => {
    const { steps } = buildSequence(
      story(turn, started(), scheduled(0), rest, turn, failed(0), ended(1, 'boom', 'Failed'), rest),
    );
    assert.deepEqual(
      steps.filter((step) => step.kind === 'failure').map((step) => step.label),
      ['SayHello failed', 'failed'],
    );
  });
  it('follows a result to the right row when ids repeat in no order', () => {
    const { steps } = buildSequence(
      story(turn, started(), scheduled(0, 'A'), scheduled(1, 'B'), rest, turn, completed(1, 'b'), completed(0, 'a'), rest),
    );
    assert.deepEqual(
      steps.filter((step) => step.kind === 'answer').map((step) => step.label),
      ['B', 'A'],
    );
  });
});

describe('what an instance waits for', () => {
  it('names events first, then timers by due time, then work', () => {
    const lines = waitingLines(
      {
        activities: [{ taskId: 4, name: 'SayHello', scheduledAt: toTimestamp(storyStart), attempt: 2 }],
        timers: [
          { timerId: 2, fireAt: toTimestamp(storyStart + 90_000) },
          { timerId: 1, fireAt: toTimestamp(storyStart + 30_000) },
        ],
        events: ['BookingConfirmed'],
        children: [{ instanceId: 'child', name: 'Sub', taskId: 7 }],
      },
      storyStart + 1500,
    );
    assert.deepEqual(
      lines.map((line) => line.key),
      ['event-0', 'timer-1', 'timer-2', 'activity-4', 'child-7'],
    );
    assert.equal((lines[1] as { countdown: string }).countdown, '29 s');
    assert.equal(needsClock(lines), true);
    assert.equal(needsClock(lines.slice(0, 1)), false);
  });

  it('says of a retry which attempt it is, of how many, and why there is another', () => {
    const [timer, activity] = waitingLines(
      {
        activities: [
          { taskId: 4, name: 'Pay', scheduledAt: toTimestamp(storyStart), attempt: 2, most: 5, lastError: 'no money' },
        ],
        timers: [
          {
            timerId: 1,
            fireAt: toTimestamp(storyStart + 30_000),
            retryOf: { name: 'Ship', attempt: 3, most: 4, lastError: 'no ship' },
          },
        ],
        events: [],
        children: [],
      },
      storyStart,
    );
    assert.deepEqual(timer?.kind === 'timer' && timer.retry, {
      name: 'Ship',
      attemptText: 'attempt 3 of 4',
      lastError: 'no ship',
    });
    assert.deepEqual(activity?.kind === 'activity' && [activity.attemptText, activity.lastError], ['attempt 2 of 5', 'no money']);
  });

  it('says first why none of it lets the code go on', () => {
    const lines = waitingLines({ activities: [], timers: [], events: ['Go'], children: [], stuck: 'For ever.' }, storyStart);
    assert.deepEqual(lines[0], { kind: 'stuck', key: 'stuck', text: 'For ever.' });
    assert.equal(lines.length, 2);
  });
});

describe('times and durations', () => {
  it('read as a person says them', () => {
    assert.deepEqual([-5, 0, 850, 2400, 59_960, 185_000, 7_620_000, 273_600_000].map(durationText), [
      '0 ms',
      '0 ms',
      '850 ms',
      '2.4 s',
      '1 m 00 s',
      '3 m 05 s',
      '2 h 07 m',
      '3 d 4 h',
    ]);
    assert.deepEqual([-1, 0, 1, 1000, 61_000].map(countdownText), ['due', 'due', '1 s', '1 s', '1 m 01 s']);
    assert.deepEqual(
      [0, 5000, 120_000, 7_200_000, 200_000_000].map((ms) => ageText(storyStart, storyStart + ms)),
      ['just now', '5 s ago', '2 m ago', '2 h ago', '2 d ago'],
    );
    assert.equal(shortTimestamp('2024-01-01T00:00:00.1234567Z'), '2024-01-01T00:00:00.123Z');
  });
});
