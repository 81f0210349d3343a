import { scaleTime } from 'd3-scale';
import type { JSX } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { jsonLine } from '../../base/json-text';
import { isTerminal } from '../../core/values/status';
import { fromTimestamp } from '../../core/values/time';
import { axisText, dateTimeText, durationText } from '../models/time-text';
import { fitWindow, panWindow, zoomWindow, type TimeWindow } from '../models/time-window';
import { buildTimeline, type TimelineBar } from '../models/timeline';
import { Icon } from '../ui/icon';
import { IconButton } from '../ui/icon-button';
import { useHubNow, useSize } from '../ui/hooks';
import { EmptyState } from '../ui/message';
import { useVirtualRows } from '../ui/virtual-rows';
import type { InstanceParts } from './panel-context';

const rowHeight = 26;
const wideLabel = 240;
const narrowLabel = 132;
/** Below it the labels give way to the bars. */
const narrowBelow = 600;
const headerHeight = 86;
const barIcons = { activity: 'zap', timer: 'clockface', child: 'type-hierarchy-sub', event: 'mail' } as const;
const kindTitles = { activity: 'Activity', timer: 'Timer', child: 'Sub-orchestration', event: 'Event' } as const;

/** Bars over time. Ctrl+wheel or + and - zoom, drag or the arrows pan, 0 shows all. */
export function TimelineTab({ parts }: { parts: InstanceParts }): JSX.Element {
  const { state, instance, snapshot } = parts;
  const over = isTerminal(instance.runtimeStatus);
  const nowMs = useHubNow(!over, state.clockOffsetMs, 500);
  const { activities } = snapshot.waitingFor;
  const timeline = useMemo(
    () =>
      buildTimeline(
        state.events,
        activities.map(({ taskId, startedAt }) => ({ eventId: taskId, ...(startedAt === undefined ? {} : { startedAt }) })),
      ),
    [state.historyKey, state.historyVersion, activities.map(({ taskId, startedAt }) => `${taskId} ${startedAt ?? ''}`).join()],
  );
  const [chosen, setChosen] = useState<TimeWindow | null>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const [sizer, size] = useSize();
  const virtual = useVirtualRows({ count: timeline.bars.length, rowHeight, scroller, headerHeight });
  const drag = useRef<{ x: number; window: TimeWindow } | null>(null);

  const endMs = over ? timeline.lastMs : Math.max(nowMs, timeline.lastMs);
  const all = fitWindow(timeline.startMs, endMs);
  const shown = chosen ?? all;
  const labelWidth = size.width < narrowBelow ? narrowLabel : wideLabel;
  const chartWidth = Math.max(100, size.width - labelWidth);
  const x = scaleTime().domain([shown.fromMs, shown.toMs]).range([0, chartWidth]);
  const ticks = x.ticks(Math.max(2, Math.floor(chartWidth / 110)));
  const stepMs = ticks.length < 2 ? endMs - timeline.startMs : (ticks[1]?.getTime() ?? 0) - (ticks[0]?.getTime() ?? 0);

  const zoom = (factor: number, anchorMs = (shown.fromMs + shown.toMs) / 2): void => {
    const next = zoomWindow(shown, factor, anchorMs, all);
    setChosen(next.fromMs <= all.fromMs && next.toMs >= all.toMs ? null : next);
  };
  const pan = (part: number): void => {
    if (chosen !== null) setChosen(panWindow(chosen, part, all));
  };
  const latest = useRef({ zoom, x, labelWidth });
  latest.current = { zoom, x, labelWidth };
  // Not passive, since a zoom must not scroll: Preact's own handlers are, for wheels.
  useEffect(() => {
    const element = scroller.current;
    const onWheel = (event: WheelEvent): void => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      const left = event.clientX - (element?.getBoundingClientRect().left ?? 0) - labelWidth;
      latest.current.zoom(event.deltaY > 0 ? 1.25 : 0.8, latest.current.x.invert(left).getTime());
    };
    element?.addEventListener('wheel', onWheel, { passive: false });
    return () => element?.removeEventListener('wheel', onWheel);
  }, [timeline.bars.length === 0]);

  if (state.events.length === 0) {
    return (
      <EmptyState icon="graph-line" title="Nothing has happened yet">
        Bars appear here as the instance schedules work.
      </EmptyState>
    );
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const actions: Record<string, () => void> = {
      '+': () => zoom(0.5),
      '=': () => zoom(0.5),
      '-': () => zoom(2),
      '0': () => setChosen(null),
      ArrowLeft: () => pan(-0.2),
      ArrowRight: () => pan(0.2),
    };
    const action = actions[event.key];
    if (action === undefined) return;
    event.preventDefault();
    action();
  };
  const clip = (ms: number): number => Math.min(Math.max(x(ms), -4), chartWidth + 4);

  return (
    <div class={`timeline ${labelWidth === narrowLabel ? 'narrow' : ''}`}>
      <div class="toolbar" role="toolbar" aria-label="Timeline">
        <Legend />
        <span class="toolbar-gap" />
        <span class="row-count">
          {timeline.bars.length.toLocaleString('en')} bars over {durationText(endMs - timeline.startMs)}
        </span>
        <IconButton icon="zoom-in" label="Zoom in (+)" onClick={() => zoom(0.5)} />
        <IconButton icon="zoom-out" label="Zoom out (-)" disabled={chosen === null} onClick={() => zoom(2)} />
        <IconButton icon="screen-normal" label="Show all (0)" disabled={chosen === null} onClick={() => setChosen(null)} />
      </div>
      <div
        class="timeline-chart"
        ref={scroller}
        tabIndex={0}
        role="region"
        aria-label="Timeline. Plus and minus zoom, the arrows move, zero shows all."
        onKeyDown={onKeyDown}
        onPointerDown={(event) => {
          if (chosen === null || event.button !== 0) return;
          drag.current = { x: event.clientX, window: chosen };
          event.currentTarget.setPointerCapture(event.pointerId);
        }}
        onPointerMove={(event) => {
          if (drag.current === null) return;
          setChosen(panWindow(drag.current.window, (drag.current.x - event.clientX) / chartWidth, all));
        }}
        onPointerUp={() => (drag.current = null)}
      >
        <div ref={sizer} class="timeline-sizer" />
        <div class="timeline-head">
          <div class="timeline-axis" aria-hidden="true">
            {ticks.map((tick) => (
              <span key={tick.getTime()} class="tick" style={{ left: `${labelWidth + x(tick)}px` }}>
                {axisText(tick.getTime(), stepMs)}
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
        <div class="timeline-rows" role="list" aria-label="Bars" style={{ height: `${virtual.totalSize}px` }}>
          {virtual.items.map((item) => {
            const bar = timeline.bars[item.index];
            if (bar === undefined) return null;
            const left = clip(bar.startMs);
            const right = clip(bar.endMs ?? endMs);
            const queued = bar.isQueued || bar.runStartMs === null ? 0 : Math.max(0, clip(bar.runStartMs) - left);
            const text = barText(bar, nowMs);
            return (
              <div
                key={bar.key}
                class="timeline-row"
                role="listitem"
                aria-label={text}
                title={text}
                style={{ transform: `translateY(${item.start}px)` }}
              >
                <span class="timeline-label">
                  <Icon name={barIcons[bar.kind]} />
                  <span class="label-text">{bar.label}</span>
                  {bar.attempt > 1 ? <span class="pill">{bar.attempt}</span> : null}
                  {bar.eventId < 0 ? null : <span class="label-id">#{bar.eventId}</span>}
                </span>
                <span
                  class={`bar bar-${bar.kind} bar-${bar.isQueued ? 'waits' : bar.state} ${bar.startIsGuess ? 'guess' : ''}`}
                  style={{ left: `${labelWidth + left}px`, width: `${Math.max(3, right - left)}px` }}
                >
                  {queued < 1 ? null : <span class="bar-queued" style={{ width: `${queued}px` }} />}
                </span>
                {bar.endMs === null || chartWidth - right < 64 ? null : (
                  <span class="bar-time" style={{ left: `${labelWidth + Math.max(right, left + 3) + 6}px` }}>
                    {durationText(bar.endMs - bar.startMs)}
                  </span>
                )}
              </div>
            );
          })}
        </div>
        <div class="timeline-lines" aria-hidden="true">
          {ticks.map((tick) => (
            <span key={tick.getTime()} class="line" style={{ left: `${labelWidth + x(tick)}px` }} />
          ))}
        </div>
      </div>
    </div>
  );
}

interface EpisodesProps {
  timeline: ReturnType<typeof buildTimeline>;
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

function Legend(): JSX.Element {
  return (
    <span class="legend" aria-hidden="true">
      {(['activity', 'timer', 'event', 'child'] as const).map((kind) => (
        <span key={kind} class="legend-item">
          <span class={`legend-swatch bar-${kind}`} />
          {kindTitles[kind]}
        </span>
      ))}
      <span class="legend-item">
        <span class="legend-swatch bar-activity legend-queued" />
        Queued
      </span>
      <span class="legend-item">
        <span class="legend-swatch bar-activity bar-open" />
        Running
      </span>
      <span class="legend-item">
        <span class="legend-swatch bar-failed" />
        Failed
      </span>
    </span>
  );
}

function barText(bar: TimelineBar, nowMs: number): string {
  const states = { open: 'not ended', completed: 'completed', failed: 'failed', abandoned: 'never answered' };
  const parts = [
    `${kindTitles[bar.kind]} ${bar.label}${bar.eventId < 0 ? '' : ` #${bar.eventId}`}`,
    bar.attempt > 1 ? `attempt ${bar.attempt}` : '',
    bar.kind === 'event' ? 'came' : bar.isQueued ? 'queued, no worker has taken it yet' : states[bar.state],
    bar.startIsGuess
      ? `at ${dateTimeText(bar.endMs ?? bar.startMs)}; the bar starts where the orchestrator came to rest before`
      : `${durationText((bar.endMs ?? nowMs) - bar.startMs)} from ${dateTimeText(bar.startMs)}`,
    bar.runStartMs === null ? '' : `queued ${durationText(bar.runStartMs - bar.startMs)}`,
    bar.kind === 'timer' && bar.state === 'open' && bar.dueMs !== null ? `due ${dateTimeText(bar.dueMs)}` : '',
  ];
  return parts.filter(Boolean).join(', ');
}
