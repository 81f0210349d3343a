import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { HistoryEvent } from '../../src/core/history/history';
import { FoldedTime, foldIdle, unfolded } from '../../src/webview/models/folded-time';
import { axisMarks } from '../../src/webview/models/time-axis';
import { fitWindow } from '../../src/webview/models/time-window';
import { buildTimeline, type Timeline } from '../../src/webview/models/timeline';
import { busyStretches, densityOf, timelineRows, type TimelineRow } from '../../src/webview/models/timeline-rows';
import { timelineSvg } from '../../src/webview/models/timeline-svg';
import { completed, ended, failed, raised, rest, scheduled, started, story, storyStart, timer, turn } from './histories';

const day = 86_400_000;
const child = (EventId: number, InstanceId: string) =>
  ({ EventType: 'SubOrchestrationInstanceCreated', EventId, Name: 'Child', Version: '', InstanceId, Input: null }) as const;

const told = (rows: readonly TimelineRow[]): string[] =>
  rows.map((row) => {
    const name = row.type === 'note' ? row.text : row.type === 'group' ? `${row.label} × ${row.bars.length}` : row.bar.label;
    return `${'  '.repeat(row.depth)}${name}`;
  });

function fanOut(count: number): HistoryEvent[] {
  const all = Array.from({ length: count }, (_, n) => n);
  return story(
    ...[turn, started('FanOut'), ...all.map((n) => ({ ...scheduled(n, 'Work'), at: 1 })), rest, turn],
    ...all.map((n) => ({ ...(n % 50 === 7 ? failed(n) : completed(n, '1')), at: 2 + (n % 20) })),
    ...[ended(count, '1'), rest],
  );
}

describe('the rows of a timeline', () => {
  it('has one row for many calls of a function, with its figures, and all of them when it is opened', () => {
    const timeline = buildTimeline(fanOut(200));
    const rows = timelineRows('a', timeline, new Map(), new Set());
    assert.deepEqual(told(rows), ['Work × 200']);
    const [group] = rows;
    assert.ok(group?.type === 'group');
    assert.deepEqual([group.p50Ms, group.maxMs, group.failed, group.open], [10_000, 20_000, 4, 0]);
    const opened = timelineRows('a', timeline, new Map(), new Set([group.key]));
    assert.equal(opened.length, 201);
    assert.equal(told(opened)[1], '  Work');
    assert.equal(new Set(opened.map(({ key }) => key)).size, opened.length);
  });

  it('puts the bars of a child below it where it is opened, as deep as they go', () => {
    const parent = buildTimeline(story(turn, started(), scheduled(0, 'Before'), child(1, 'a:1'), scheduled(2, 'After'), rest));
    const inner = buildTimeline(story(turn, started('Child'), scheduled(0, 'Inner'), child(1, 'a:1:1'), rest));
    const rows = (children: ReadonlyMap<string, Timeline | null>, ...opened: string[]) =>
      told(timelineRows('a', parent, children, new Set(opened)));
    assert.deepEqual(rows(new Map()), ['Before', 'Child', 'After']);
    assert.deepEqual(rows(new Map(), 'a/1'), ['Before', 'Child', '  Reading its history…', 'After']);
    assert.deepEqual(rows(new Map([['a:1', inner]]), 'a/1'), ['Before', 'Child', '  Inner', '  Child', 'After']);
    const known = new Map([
      ['a:1', inner],
      ['a:1:1', null],
    ]);
    assert.equal(rows(known, 'a/1', 'a:1/1')[4], '    a:1:1 is not in this hub any more.');
  });

  it('draws what is waited for now as open bars', () => {
    const events = story(turn, started(), timer(0, 600), rest, turn, raised('Other'), rest);
    const bars = (history: readonly HistoryEvent[]) =>
      buildTimeline(history, [], ['Approval']).bars.map(({ kind, label, state }) => [kind, label, state]);
    assert.deepEqual(bars(events).slice(-1), [['event', 'Approval', 'open']]);
    assert.ok(!bars([...events, ...story(ended(3, null))]).some(([, label]) => label === 'Approval'));
  });

  it('counts how many run beside one another in each slot', () => {
    const { bars } = buildTimeline(fanOut(40));
    const { most, slots } = densityOf(bars, 30, (ms) => (ms - storyStart) / 1000, storyStart + 30_000);
    assert.equal(most, 40);
    assert.deepEqual(
      [0, 1, 2, 3, 21, 22].map((at) => slots[at]?.bars),
      [0, 40, 40, 38, 2, 0],
    );
    assert.equal(
      slots.reduce((sum, slot) => sum + slot.failed, 0),
      1,
    );
  });

  it('has a row for each of 5,000 activities where they are opened, and all of them in its density', () => {
    const timeline = buildTimeline(fanOut(5000));
    assert.equal(timelineRows('a', timeline, new Map(), new Set(['a/activity Work'])).length, 5001);
    const time = foldIdle(busyStretches(timeline, new Map(), timeline.lastMs), timeline.startMs, timeline.lastMs);
    const [first, last] = [timeline.startMs, timeline.lastMs].map((ms) => time.toShown(ms)) as [number, number];
    const { most } = densityOf(timeline.bars, 400, (ms) => ((time.toShown(ms) - first) / (last - first)) * 400, timeline.lastMs);
    assert.equal(most, 5000);
  });
});

describe('folded time', () => {
  it('folds days of waiting so that the work around them can be seen', () => {
    const busy = [
      { fromMs: 0, toMs: 500 },
      { fromMs: 3 * day, toMs: 3 * day + 500 },
    ];
    const time = foldIdle(busy, 0, 3 * day + 500);
    assert.deepEqual(time.folds, [{ fromMs: 500, toMs: 3 * day, shownFromMs: 500, shownToMs: 900 }]);
    assert.equal(time.toShown(3 * day + 500), 1400);
  });

  it('leaves alone what is mostly work, and short waits', () => {
    assert.equal(foldIdle([{ fromMs: 0, toMs: 5000 }], 0, 10_000), unfolded);
    assert.equal(foldIdle([{ fromMs: 0, toMs: 1 }], 0, 900), unfolded);
  });

  it('gives a month of small turns room for each of them', () => {
    const busy = Array.from({ length: 1440 }, (_, n) => ({ fromMs: n * 1_800_000, toMs: n * 1_800_000 + 100 }));
    const time = foldIdle(busy, 0, 30 * day);
    assert.equal(time.folds.length, 1440);
    assert.ok(time.toShown(30 * day) < 144_000 * 1.6);
  });

  it('goes there and back, and never backwards', () => {
    const gaps = fc.array(fc.tuple(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 2, max: 9_000_000 })), { minLength: 1 });
    fc.assert(
      fc.property(gaps, fc.array(fc.double({ min: 0, max: 1, noNaN: true })), (steps, shares) => {
        let endMs = 0;
        const busy = steps.map(([work, idle]) => {
          const each = { fromMs: endMs, toMs: endMs + work };
          endMs += work + idle;
          return each;
        });
        const time = foldIdle(busy, 0, endMs);
        let before = -1;
        for (const share of shares.toSorted((a, b) => a - b)) {
          const shown = time.toShown(share * endMs);
          assert.ok(shown >= before - 1e-6);
          assert.ok(Math.abs(time.toReal(shown) - share * endMs) < 1e-3 * Math.max(1, endMs));
          before = shown;
        }
      }),
    );
  });
});

describe('the words on a time axis', () => {
  const folded = new FoldedTime([{ fromMs: 5000, toMs: 2 * day, shownFromMs: 5000, shownToMs: 7000 }]);
  it('never stand over one another or beyond the chart, however wide it is', () => {
    for (const time of [unfolded, folded]) {
      for (let widthPx = 60; widthPx < 2500; widthPx += 37) {
        for (const spanMs of [3, 900, 12_000, 400_000, 3 * day]) {
          const marks = axisMarks(time, fitWindow(0, spanMs), widthPx);
          marks.forEach((mark, at) => {
            const next = marks[at + 1];
            assert.ok(mark.left + mark.halfWidth <= widthPx);
            if (next !== undefined)
              assert.ok(next.left - next.halfWidth > mark.left + mark.halfWidth, `${widthPx} px, ${spanMs} ms`);
          });
        }
      }
    }
  });

  it('say how long a fold is, and the day after it', () => {
    const marks = axisMarks(folded, fitWindow(0, 12_000), 900);
    assert.deepEqual(marks.find(({ kind }) => kind === 'fold')?.text, '⋯ 1 d 23 h');
    assert.ok(marks.some(({ kind, text }) => kind === 'tick' && /^\d\d-\d\d /.test(text)));
  });
});

describe('the picture of a timeline', () => {
  it('is a whole document with every row, and safe for any name', () => {
    const timeline = buildTimeline(
      story(turn, started(), scheduled(0, 'A <b> & "c"\u0000'), rest, turn, completed(0, '1'), rest),
    );
    const colour = '#123456';
    const palette = {
      ...{ ground: '#ffffff', text: colour, quiet: colour, line: colour, failed: colour },
      ...{ activity: colour, timer: colour, event: colour, child: colour },
    };
    const svg = timelineSvg({
      title: 'Order · 1',
      rows: timelineRows('a', timeline, new Map(), new Set()),
      time: unfolded,
      shown: fitWindow(timeline.startMs, timeline.lastMs),
      nowMs: timeline.lastMs,
      palette,
    });
    assert.match(svg, /^<svg [^>]*xmlns/);
    assert.match(svg, /A &lt;b&gt; &amp; &quot;c&quot;</);
    assert.ok(svg.trimEnd().endsWith('</svg>'));
  });
});
