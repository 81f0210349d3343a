import { countText } from '../../base/count-text';
import { scaleLinear, scaleTime } from 'd3-scale';
import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { fromTimestamp } from '../../core/values/time';
import type { InstancesHistogram } from '../../protocol/instances-panel';
import { axisText, dateTimeText } from '../models/time-text';
import { IconButton } from '../ui/icon-button';
import { useSize } from '../ui/hooks';
import { statusOrder } from '../ui/status-badge';

export interface TimeRange {
  fromMs: number;
  toMs: number;
}

interface CreationHistogramProps {
  histogram: InstancesHistogram;
  /** The range the list is cut to. */
  range: TimeRange | null;
  onRange: (range: TimeRange | null) => void;
}

const height = 72;
const axisHeight = 18;

/** Instances over their creation time. Drag over it, or use the arrows with Shift and Enter, to cut the list to a range. */
export function CreationHistogram({ histogram, range, onRange }: CreationHistogramProps): JSX.Element | null {
  const [frame, size] = useSize();
  const [drag, setDrag] = useState<{ from: number; to: number } | null>(null);
  const [keys, setKeys] = useState<{ anchor: number; at: number } | null>(null);
  const chart = useRef<SVGSVGElement>(null);
  const startMs = fromTimestamp(histogram.from);
  const { widthMs, buckets } = histogram;
  const endMs = startMs + widthMs * buckets.length;
  const totals = buckets.map((bucket) => Object.values(bucket).reduce((sum, count) => sum + count, 0));
  const most = Math.max(1, ...totals);
  const width = Math.max(50, size.width);
  const x = scaleTime().domain([startMs, endMs]).range([0, width]);
  const y = scaleLinear().domain([0, most]).range([0, height]);
  // Marks too near the ends would be cut.
  const ticks = x.ticks(Math.max(2, Math.floor(width / 130))).filter((tick) => x(tick) > 30 && x(tick) < width - 30);
  const stepMs = ticks.length < 2 ? endMs - startMs : (ticks[1]?.getTime() ?? 0) - (ticks[0]?.getTime() ?? 0);
  const barWidth = width / buckets.length;

  const place = (event: PointerEvent): number => event.clientX - (chart.current?.getBoundingClientRect().left ?? 0);
  const finish = (): void => {
    if (drag === null) return;
    const [left, right] = [Math.min(drag.from, drag.to), Math.max(drag.from, drag.to)];
    setDrag(null);
    onRange(right - left < 3 ? null : { fromMs: x.invert(left).getTime(), toMs: x.invert(right).getTime() });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const last = buckets.length - 1;
    const at = keys?.at ?? 0;
    const to: Record<string, number> = { ArrowRight: at + (keys === null ? 0 : 1), ArrowLeft: at - 1, Home: 0, End: last };
    const next = to[event.key];
    if (next !== undefined) {
      const clamped = Math.min(Math.max(next, 0), last);
      setKeys({ anchor: event.shiftKey ? (keys?.anchor ?? clamped) : clamped, at: clamped });
    } else if ((event.key === 'Enter' || event.key === ' ') && keys !== null) {
      onRange({
        fromMs: startMs + Math.min(keys.anchor, keys.at) * widthMs,
        toMs: startMs + (Math.max(keys.anchor, keys.at) + 1) * widthMs,
      });
    } else if (event.key === 'Escape') {
      setKeys(null);
      onRange(null);
    } else return;
    event.preventDefault();
  };
  const chosen =
    drag !== null
      ? { left: Math.min(drag.from, drag.to), right: Math.max(drag.from, drag.to) }
      : range !== null
        ? { left: Math.max(0, x(range.fromMs)), right: Math.min(width, x(range.toMs)) }
        : null;
  const spoken =
    keys === null
      ? ''
      : `${dateTimeText(startMs + keys.at * widthMs)}: ${countText(totals[keys.at] ?? 0, 'instance')}. Enter cuts the list to this range.`;

  return (
    <div class="histogram">
      <div class="histogram-head">
        <span class="quiet-text">Created</span>
        {range === null ? (
          <span class="quiet-text hint">drag over the chart to choose a range</span>
        ) : (
          <span class="range-chip">
            {dateTimeText(range.fromMs)} to {dateTimeText(range.toMs)}
            <IconButton icon="close" label="Show all times" onClick={() => onRange(null)} />
          </span>
        )}
      </div>
      <div
        class="histogram-frame"
        ref={frame}
        tabIndex={0}
        role="group"
        aria-label="Instances by creation time. Arrows move, Shift and arrows select, Enter cuts the list to it, Escape shows all."
        onKeyDown={onKeyDown}
        onBlur={() => setKeys(null)}
      >
        <svg
          ref={chart}
          width={width}
          height={height + axisHeight}
          aria-hidden="true"
          onPointerDown={(event) => {
            if (event.button !== 0) return;
            event.currentTarget.setPointerCapture(event.pointerId);
            setDrag({ from: place(event), to: place(event) });
          }}
          onPointerMove={(event) => {
            if (drag !== null) setDrag({ ...drag, to: Math.min(Math.max(place(event), 0), width) });
          }}
          onPointerUp={finish}
        >
          {buckets.map((bucket, at) => {
            let base = height;
            return statusOrder.map((status) => {
              const count = bucket[status] ?? 0;
              if (count === 0) return null;
              const tall = Math.max(1, y(count));
              base -= tall;
              return (
                <rect
                  key={`${at}-${status}`}
                  class={`fill-${status}`}
                  x={at * barWidth + 0.5}
                  y={Math.max(0, base)}
                  width={Math.max(1, barWidth - 1)}
                  height={tall}
                >
                  <title>{`${status}: ${count} from ${dateTimeText(startMs + at * widthMs)}`}</title>
                </rect>
              );
            });
          })}
          <line class="axis" x1={0} x2={width} y1={height + 0.5} y2={height + 0.5} />
          {ticks.map((tick) => (
            <text key={tick.getTime()} class="axis-text" x={x(tick)} y={height + 13} text-anchor="middle">
              {axisText(tick.getTime(), stepMs)}
            </text>
          ))}
          {chosen === null ? null : (
            <rect class="brush" x={chosen.left} y={0} width={Math.max(1, chosen.right - chosen.left)} height={height} />
          )}
          {keys === null ? null : (
            <rect
              class="brush keys"
              x={Math.min(keys.anchor, keys.at) * barWidth}
              y={0}
              width={(Math.abs(keys.at - keys.anchor) + 1) * barWidth}
              height={height}
            />
          )}
        </svg>
        <span class="sr-only" aria-live="polite">
          {spoken}
        </span>
      </div>
    </div>
  );
}
