import { scaleLinear } from 'd3-scale';
import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import * as z from 'zod';
import type { HistoryEvent } from '../../core/history/history';
import { isTerminal } from '../../core/values/status';
import { fromTimestamp } from '../../core/values/time';
import { countText } from '../../base/count-text';
import { jsonLine } from '../../base/json-text';
import { foldIdle, unfolded } from '../models/folded-time';
import { axisMarks } from '../models/time-axis';
import { durationText } from '../models/time-text';
import { fitWindow, panWindow, zoomWindow, type TimeWindow } from '../models/time-window';
import { buildTimeline, type Timeline, type TimelineBar } from '../models/timeline';
import { busyStretches, timelineRows, type ChildTimelines, type TimelineRow } from '../models/timeline-rows';
import { Icon } from '../ui/icon';
import { IconButton } from '../ui/icon-button';
import { useHubNow, useSize } from '../ui/hooks';
import { EmptyState } from '../ui/message';
import { ToolbarEnd } from '../ui/toolbar';
import { usePreferred } from '../ui/use-remembered';
import { useVirtualRows } from '../ui/virtual-rows';
import type { InstanceParts } from './panel-context';
import { TimelineDetail } from './timeline-detail';
import { TimelineExport } from './timeline-export';
import { kindTitles, TimelineRowView } from './timeline-row';

const rowHeight = 26;
const wideLabel = 240;
const narrowLabel = 132;
/** Below it the labels give way to the bars. */
const narrowBelow = 600;
const headerHeight = 86;

/**
 * Bars over time. Ctrl+wheel or + and - zoom, drag or the arrows pan, 0 shows all; up and down go from row to row, Enter shows what there is
 * to know of one, right and left open and close what is below it.
 */
export function TimelineTab({ parts }: { parts: InstanceParts }): JSX.Element {
  const { state, instance, snapshot, memory } = parts;
  const over = isTerminal(instance.runtimeStatus);
  const nowMs = useHubNow(!over, state.clockOffsetMs, 500);
  const [folds, setFolds] = usePreferred<boolean>(memory, 'timelineFolds', z.boolean(), true);
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const [follow, setFollow] = useState(!over);
  const [chosen, setChosen] = useState<TimeWindow | null>(null);
  const [cursor, setCursor] = useState<string | null>(null);
  const [detailKey, setDetailKey] = useState<string | null>(null);
  const timeline = useTimeline(parts);
  const children = useChildTimelines(state.children);
  const rows = useMemo(
    () => timelineRows(instance.instanceId, timeline, children, opened),
    [instance.instanceId, timeline, children, opened],
  );
  const scroller = useRef<HTMLDivElement>(null);
  const [sizer, size] = useSize();
  const virtual = useVirtualRows({ count: rows.length, rowHeight, scroller, headerHeight });
  const drag = useRef<{ x: number; window: TimeWindow } | null>(null);

  const endMs = over ? timeline.lastMs : Math.max(nowMs, timeline.lastMs);
  // The end of one that runs moves on with every tick; where the folds are does not hang on the second.
  const foldKey = over ? 0 : Math.floor(endMs / 2000);
  const time = useMemo(
    () => (folds ? foldIdle(busyStretches(timeline, children, endMs), timeline.startMs, endMs) : unfolded),
    [timeline, children, folds, foldKey],
  );
  const all = fitWindow(time.toShown(timeline.startMs), time.toShown(endMs));
  const follows = follow && !over;
  const shown =
    chosen === null ? all : follows ? panWindow(chosen, (all.toMs - chosen.toMs) / (chosen.toMs - chosen.fromMs), all) : chosen;
  const labelWidth = size.width < narrowBelow ? narrowLabel : wideLabel;
  const chartWidth = Math.max(100, size.width - labelWidth);
  const scale = scaleLinear().domain([shown.fromMs, shown.toMs]).range([0, chartWidth]);
  const x = (ms: number): number => scale(time.toShown(ms));
  const clip = (ms: number): number => Math.min(Math.max(x(ms), -4), chartWidth + 4);
  const marks = axisMarks(time, shown, chartWidth);

  const zoom = (factor: number, aroundMs?: number): void => {
    const anchorMs = aroundMs ?? (follows ? shown.toMs : (shown.fromMs + shown.toMs) / 2);
    const next = zoomWindow(shown, factor, anchorMs, all);
    // Who looks closer at a place wants it to stay.
    if (aroundMs !== undefined && factor < 1) setFollow(false);
    setChosen(next.fromMs <= all.fromMs && next.toMs >= all.toMs ? null : next);
  };
  const pan = (part: number): void => {
    if (chosen === null) return;
    setFollow(false);
    setChosen(panWindow(shown, part, all));
  };
  const latest = useRef({ zoom, scale, labelWidth });
  latest.current = { zoom, scale, labelWidth };
  const isEmpty = state.events.length === 0;
  // Not passive, since a zoom must not scroll: Preact's own handlers are, for wheels.
  useEffect(() => {
    const element = scroller.current;
    const onWheel = (event: WheelEvent): void => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      const left = event.clientX - (element?.getBoundingClientRect().left ?? 0) - latest.current.labelWidth;
      latest.current.zoom(event.deltaY > 0 ? 1.25 : 0.8, latest.current.scale.invert(left));
    };
    element?.addEventListener('wheel', onWheel, { passive: false });
    return () => element?.removeEventListener('wheel', onWheel);
  }, [isEmpty]);
  const lastTop = useRef(0);
  useLayoutEffect(() => {
    if (follows && scroller.current !== null) scroller.current.scrollTop = scroller.current.scrollHeight;
  }, [follows, rows.length]);

  if (isEmpty) {
    return (
      <EmptyState icon="graph-line" title="Nothing has happened yet">
        Bars appear here as the instance schedules work.
      </EmptyState>
    );
  }
  const toggle = (row: TimelineRow | undefined, to?: boolean): void => {
    if (row === undefined || row.type === 'note' || row.isOpen === null || row.isOpen === to) return;
    const next = new Set(opened);
    if (row.isOpen) next.delete(row.key);
    else next.add(row.key);
    setOpened(next);
    const child = row.type === 'bar' ? row.bar.childInstanceId : null;
    if (child !== null) parts.store.watchChild(child, !row.isOpen);
  };
  const place = rows.findIndex(({ key }) => key === cursor);
  const go = (to: number): void => {
    const next = Math.min(Math.max(to, 0), rows.length - 1);
    const key = rows[next]?.key ?? null;
    setFollow(false);
    setCursor(key);
    if (detailKey !== null) setDetailKey(key);
    virtual.scrollTo(next);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const row = rows[place];
    const isClosed = row !== undefined && row.type !== 'note' && row.isOpen === false;
    const isOpen = row !== undefined && row.type !== 'note' && row.isOpen === true;
    const page = Math.max(1, Math.floor(((scroller.current?.clientHeight ?? 0) - headerHeight) / rowHeight) - 1);
    const actions: Record<string, () => void> = {
      '+': () => zoom(0.5),
      '=': () => zoom(0.5),
      '-': () => zoom(2),
      '0': () => setChosen(null),
      ArrowLeft: () => (isOpen ? toggle(row, false) : pan(-0.2)),
      ArrowRight: () => (isClosed ? toggle(row, true) : pan(0.2)),
      ArrowDown: () => go(place + 1),
      ArrowUp: () => go(place - 1),
      PageDown: () => go(place + page),
      PageUp: () => go(place - page),
      Home: () => go(0),
      End: () => go(rows.length - 1),
      Enter: () => setDetailKey(detailKey === cursor ? null : cursor),
      Escape: () => setDetailKey(null),
    };
    const action = actions[event.key];
    if (action === undefined) return;
    event.preventDefault();
    action();
  };
  const detail = rows.find(({ key }) => key === detailKey);

  return (
    <div class={`timeline ${labelWidth === narrowLabel ? 'narrow' : ''}`}>
      <div class="toolbar" role="toolbar" aria-label="Timeline">
        <Legend bars={timeline.bars} />
        <ToolbarEnd isQuiet count={`${countText(timeline.bars.length, 'bar')} over ${durationText(endMs - timeline.startMs)}`}>
          <IconButton icon="fold" label="Fold idle time" pressed={folds} onClick={() => setFolds(!folds)} />
          {over ? null : (
            <IconButton icon="arrow-down" label="Follow what happens now" pressed={follow} onClick={() => setFollow(!follow)} />
          )}
          <IconButton icon="zoom-in" label="Zoom in (+)" onClick={() => zoom(0.5)} />
          <IconButton icon="zoom-out" label="Zoom out (-)" disabled={chosen === null} onClick={() => zoom(2)} />
          <IconButton icon="screen-normal" label="Show all (0)" disabled={chosen === null} onClick={() => setChosen(null)} />
          <TimelineExport parts={parts} picture={() => ({ rows, time, shown, nowMs: endMs })} />
        </ToolbarEnd>
      </div>
      <div
        class="timeline-chart"
        ref={scroller}
        onScroll={() => {
          const top = scroller.current?.scrollTop ?? 0;
          if (top < lastTop.current - 1 && follow && !virtual.atEnd()) setFollow(false);
          lastTop.current = top;
        }}
        onPointerDown={(event) => {
          if (chosen === null || event.button !== 0) return;
          drag.current = { x: event.clientX, window: shown };
        }}
        onPointerMove={(event) => {
          if (drag.current === null) return;
          const part = (drag.current.x - event.clientX) / chartWidth;
          if (Math.abs(part * chartWidth) < 3) return;
          // Only now: a press that moves nothing is a click on a row.
          event.currentTarget.setPointerCapture(event.pointerId);
          setFollow(false);
          setChosen(panWindow(drag.current.window, part, all));
        }}
        onPointerUp={() => (drag.current = null)}
      >
        <div ref={sizer} class="timeline-sizer" />
        <div class="timeline-head">
          <div class="timeline-axis" aria-hidden="true">
            {marks.map(({ kind, left, text }) => (
              <span key={`${kind} ${left}`} class={`tick tick-${kind}`} style={{ left: `${labelWidth + left}px` }}>
                {text}
              </span>
            ))}
          </div>
          <div class="timeline-row pinned" role="img" aria-label={`${timeline.episodes.length} turns of the orchestrator`}>
            <span class="timeline-label">
              <Icon name="symbol-method" />
              <span class="label-text">{instance.name}</span>
            </span>
            <Episodes timeline={timeline} x={x} labelWidth={labelWidth} chartWidth={chartWidth} endMs={endMs} />
          </div>
          <div
            class="timeline-row pinned"
            role="img"
            aria-label={`${snapshot.customStatusChanges.length} values of the custom status`}
          >
            <span class="timeline-label">
              <Icon name="tag" />
              <span class="label-text">Custom status</span>
            </span>
            {snapshot.customStatusChanges.map((change, index) => {
              const next = snapshot.customStatusChanges[index + 1];
              const left = clip(fromTimestamp(change.at));
              const right = clip(next === undefined ? endMs : fromTimestamp(next.at));
              if (right - left < 1 || change.value === null) return null;
              const text = jsonLine(change.value, 80);
              return (
                <span
                  key={index}
                  class={`status-span tone-${index % 2}`}
                  title={`${text}\n${change.at}`}
                  style={{ left: `${labelWidth + left}px`, width: `${right - left}px` }}
                >
                  {right - left > 32 ? text : ''}
                </span>
              );
            })}
          </div>
        </div>
        <div
          class="timeline-rows"
          role="tree"
          aria-label="Timeline. Up and down go from row to row, Enter shows more of one. Plus and minus zoom, zero shows all."
          aria-activedescendant={place < 0 ? undefined : `timeline-row-${place}`}
          tabIndex={0}
          style={{ height: `${virtual.totalSize}px` }}
          onKeyDown={onKeyDown}
          onClick={(event) => {
            const { target } = event;
            const id = target instanceof Element ? target.closest('[role="treeitem"]')?.id : undefined;
            const row = id === undefined ? undefined : rows[Number(id.slice('timeline-row-'.length))];
            if (row === undefined) return;
            setCursor(row.key);
            if (target instanceof Element && target.closest('.row-chevron') !== null) toggle(row);
            else if (row.type !== 'note') setDetailKey(row.key);
          }}
        >
          {virtual.items.map((item) => {
            const row = rows[item.index];
            return row === undefined ? null : (
              <TimelineRowView
                key={row.key}
                row={row}
                place={item.index}
                start={item.start}
                isCursor={row.key === cursor}
                chart={{ x, clip, labelWidth, chartWidth, nowMs: endMs }}
              />
            );
          })}
        </div>
        <div class="timeline-lines" aria-hidden="true">
          {marks.map(({ kind, left }) => (
            <span key={`${kind} ${left}`} class={`line line-${kind}`} style={{ left: `${labelWidth + left}px` }} />
          ))}
          {time.folds.map((fold) => {
            const left = clip(fold.fromMs);
            const right = clip(fold.toMs);
            return right - left < 3 ? null : (
              <span
                key={fold.fromMs}
                class="fold"
                title={`${durationText(fold.toMs - fold.fromMs)} in which nothing ran`}
                style={{ left: `${labelWidth + left}px`, width: `${right - left}px` }}
              />
            );
          })}
        </div>
      </div>
      {detail === undefined || detail.type === 'note' ? null : (
        <TimelineDetail
          key={detail.key}
          row={detail}
          parts={parts}
          nowMs={endMs}
          onPick={(key) => {
            setCursor(key);
            setDetailKey(key);
            const group = rows.find((row) => row.key === detail.key);
            toggle(group, true);
          }}
          onClose={() => setDetailKey(null)}
        />
      )}
    </div>
  );
}

function useTimeline({ state, snapshot }: InstanceParts): Timeline {
  const { activities, events } = snapshot.waitingFor;
  const pending = activities.map(({ taskId, startedAt }) => `${taskId} ${startedAt ?? ''}`).join();
  return useMemo(
    () =>
      buildTimeline(
        state.events,
        activities.map(({ taskId, startedAt }) => ({ eventId: taskId, ...(startedAt === undefined ? {} : { startedAt }) })),
        events,
      ),
    [state.historyKey, state.historyVersion, pending, events.join('\n')],
  );
}

function useChildTimelines(histories: ReadonlyMap<string, readonly HistoryEvent[] | null>): ChildTimelines {
  const built = useRef(new WeakMap<readonly HistoryEvent[], Timeline>()).current;
  return useMemo(
    () =>
      new Map(
        [...histories].map(([id, events]) => {
          if (events === null) return [id, null];
          const timeline = built.get(events) ?? buildTimeline(events);
          built.set(events, timeline);
          return [id, timeline];
        }),
      ),
    [histories],
  );
}

interface EpisodesProps {
  timeline: Timeline;
  x: (ms: number) => number;
  labelWidth: number;
  chartWidth: number;
  endMs: number;
}

/** The orchestrator's turns. More of them than pixels: one mark a pixel. */
function Episodes({ timeline, x, labelWidth, chartWidth, endMs }: EpisodesProps): JSX.Element {
  const marks: { left: number; width: number }[] = [];
  let last = Number.NEGATIVE_INFINITY;
  for (const episode of timeline.episodes) {
    const left = x(episode.startMs);
    const right = x(episode.endMs ?? endMs);
    if (right < 0 || left > chartWidth || left < last + 3) continue;
    const width = Math.max(2, Math.min(right, chartWidth) - Math.max(left, 0));
    marks.push({ left: Math.max(0, left), width });
    last = left;
  }
  return (
    <>
      {marks.map((mark) => (
        <span key={mark.left} class="episode" style={{ left: `${labelWidth + mark.left}px`, width: `${mark.width}px` }} />
      ))}
    </>
  );
}

/** Of the bars that there are. */
function Legend({ bars }: { bars: readonly TimelineBar[] }): JSX.Element {
  const signs = useMemo(() => legendSigns(bars), [bars]);
  return (
    <span class="legend" aria-hidden="true">
      {signs.map(({ title, look }) => (
        <span key={title} class="legend-item">
          <span class={`legend-swatch ${look}`} />
          {title}
        </span>
      ))}
    </span>
  );
}

function legendSigns(bars: readonly TimelineBar[]): { title: string; look: string }[] {
  const kinds = (['activity', 'timer', 'event', 'child'] as const)
    .filter((kind) => bars.some((bar) => bar.kind === kind))
    .map((kind) => ({ title: kindTitles[kind], look: `bar-${kind}` }));
  const states = [
    { title: 'Queued', look: 'bar-activity legend-queued', has: (bar: TimelineBar) => bar.isQueued || bar.runStartMs !== null },
    { title: 'Not ended', look: 'bar-activity bar-open', has: (bar: TimelineBar) => bar.state === 'open' && !bar.isQueued },
    { title: 'Failed', look: 'bar-failed', has: (bar: TimelineBar) => bar.state === 'failed' },
  ];
  return [...kinds, ...states.filter(({ has }) => bars.some(has))];
}
