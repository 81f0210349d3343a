import type { JSX } from 'preact';
import { useMemo, useRef } from 'preact/hooks';
import { changedDay, clockText, dateTimeText } from '../models/time-text';
import { buildSequence, laneTitles, type Lane, type SequenceStep } from '../models/sequence';
import { useSize } from '../ui/hooks';
import { EmptyState } from '../ui/message';
import { useVirtualRows } from '../ui/virtual-rows';
import type { InstanceParts } from './panel-context';

const rowHeight = 40;
const headerHeight = 40;
const timeWidth = 104;
const narrowestLane = 150;

/** Who calls whom, from top to bottom; an arrow for each row but the markers. */
export function SequenceTab({ parts }: { parts: InstanceParts }): JSX.Element {
  const { state } = parts;
  const sequence = useMemo(() => buildSequence(state.events), [state.historyKey, state.historyVersion]);
  const scroller = useRef<HTMLDivElement>(null);
  const [sizer, size] = useSize();
  const virtual = useVirtualRows({ count: sequence.steps.length, rowHeight, scroller, headerHeight });
  if (sequence.steps.length === 0) {
    return (
      <EmptyState icon="arrow-swap" title="Nothing has happened yet">
        Arrows appear here as the instance schedules work.
      </EmptyState>
    );
  }
  const laneWidth = Math.max(narrowestLane, (size.width - timeWidth) / sequence.lanes.length);
  const width = timeWidth + laneWidth * sequence.lanes.length;
  const center = (lane: Lane): number => timeWidth + (sequence.lanes.indexOf(lane) + 0.5) * laneWidth;
  return (
    <div class="sequence" ref={scroller} tabIndex={0} role="region" aria-label="Sequence diagram">
      <div ref={sizer} class="sequence-sizer" />
      <div class="sequence-head" style={{ width: `${width}px` }}>
        {sequence.lanes.map((lane) => (
          <span key={lane} class="lane-head" style={{ left: `${center(lane)}px` }}>
            {laneTitles[lane]}
          </span>
        ))}
      </div>
      <div class="sequence-rows" role="list" aria-label="Steps" style={{ height: `${virtual.totalSize}px`, width: `${width}px` }}>
        {sequence.lanes.map((lane) => (
          <span key={lane} class="lifeline" style={{ left: `${center(lane)}px` }} aria-hidden="true" />
        ))}
        {virtual.items.map((item) => {
          const step = sequence.steps[item.index];
          if (step === undefined) return null;
          const before = sequence.steps[item.index - 1];
          return (
            <div
              key={step.at}
              class={`sequence-row kind-${step.kind} ${before !== undefined && before.turn !== step.turn ? 'new-turn' : ''}`}
              role="listitem"
              aria-label={`${laneTitles[step.from]} to ${laneTitles[step.to]}: ${step.label}, ${dateTimeText(step.timeMs)}`}
              style={{ transform: `translateY(${item.start}px)`, width: `${width}px` }}
            >
              <time class="step-time">
                <span class="step-day">{changedDay(step.timeMs, (before ?? sequence.steps.at(-1))?.timeMs)}</span>
                {clockText(step.timeMs)}
              </time>
              <Arrow step={step} from={center(step.from)} to={center(step.to)} width={width} />
            </div>
          );
        })}
      </div>
    </div>
  );
}

function Arrow({ step, from, to, width }: { step: SequenceStep; from: number; to: number; width: number }): JSX.Element {
  const y = 28;
  const direction = to > from ? 1 : -1;
  const tip = to - direction * 2;
  return (
    <svg class="arrow" width={width} height={rowHeight} aria-hidden="true">
      <line x1={from} y1={y} x2={tip - direction * 6} y2={y} />
      <polygon points={`${tip},${y} ${tip - direction * 8},${y - 4} ${tip - direction * 8},${y + 4}`} />
      <text x={(from + to) / 2} y={y - 7} text-anchor="middle">
        {step.label}
      </text>
    </svg>
  );
}
