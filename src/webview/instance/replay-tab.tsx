import type { JSX } from 'preact';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { ReplayOverview } from '../../protocol/replay-values';
import { rowsOfLine, rowToChange, stepText } from '../models/replay';
import { clockText } from '../models/time-text';
import { fromTimestamp } from '../../core/values/time';
import { useStore } from '../ui/hooks';
import { IconButton } from '../ui/icon-button';
import { Banner, EmptyState, Loading } from '../ui/message';
import { ReplayDivergence } from './replay-divergence';
import { ReplayMoment } from './replay-moment';
import { ReplayRows } from './replay-rows';
import type { InstanceParts } from './panel-context';
import { WhatIfButton } from './what-if-button';

/** Between two runs of the replay of an instance that goes on. */
const reopenAfterMs = 1000;

/** The instance at every moment of its history: a slider, the rows up to there, and what the code knew. */
export function ReplayTab({ parts }: { parts: InstanceParts }): JSX.Element {
  const { state: instanceState } = parts;
  const { replay } = parts.store;
  const state = useStore(replay.state);
  const { overview } = state;
  useReplayOf(parts, overview);
  const moment = state.moment;
  useEffect(() => {
    replay.showAgain();
    return () => replay.hide();
  }, [replay]);

  const only = useMemo(
    () => (overview === null || state.line === null ? null : rowsOfLine(overview, instanceState.events, state.line)),
    [overview, state.line, instanceState.historyVersion],
  );

  if (overview === null) {
    return state.problem === null ? (
      <Loading text="Replaying the history…" />
    ) : (
      <EmptyState icon="debug-disconnect" title="This instance cannot be replayed">
        <p>{state.problem}</p>
        <button type="button" class="link" onClick={() => replay.open()}>
          Try again
        </button>
      </EmptyState>
    );
  }
  return (
    <div class="replay">
      <ReplaySlider parts={parts} overview={overview} />
      {state.problem === null ? null : <Banner kind="warning">{state.problem}</Banner>}
      {overview.divergence === null ? null : <ReplayDivergence parts={parts} divergence={overview.divergence} />}
      {overview.notes.map((note) => (
        <p key={note} class="replay-note">
          {note}
        </p>
      ))}
      <div class="replay-body">
        <ReplayRows parts={parts} overview={overview} step={state.step} only={only} line={state.line} />
        {moment === null ? (
          <Loading text="Looking at this moment…" />
        ) : (
          <ReplayMoment
            parts={parts}
            moment={moment}
            program={overview.program}
            opened={state.opened}
            isCurrent={moment.step === state.step}
          />
        )}
      </div>
    </div>
  );
}

function ReplaySlider({ parts, overview }: { parts: InstanceParts; overview: ReplayOverview }): JSX.Element {
  const { replay } = parts.store;
  const state = useStore(replay.state);
  const { step } = state;
  const last = overview.steps.length - 1;
  const value = overview.steps[step];
  const at = state.moment?.step === step ? clockText(fromTimestamp(state.moment.currentUtcDateTime)) : '';
  return (
    <div class="replay-controls">
      <div class="replay-buttons" role="group" aria-label="Steps">
        <IconButton icon="debug-reverse-continue" label="First step" disabled={step === 0} onClick={() => replay.show(0)} />
        <IconButton icon="debug-step-back" label="Step back" disabled={step === 0} onClick={() => replay.show(step - 1)} />
        <IconButton icon="debug-step-over" label="Step on" disabled={step === last} onClick={() => replay.show(step + 1)} />
        <IconButton icon="debug-continue" label="Last step" disabled={step === last} onClick={() => replay.show(last)} />
      </div>
      <input
        type="range"
        class="replay-slider"
        aria-label="Moment of the replay"
        aria-valuetext={stepText(overview, step)}
        min={0}
        max={last}
        step={1}
        value={step}
        style={{ '--done': `${last === 0 ? 100 : (step / last) * 100}%` }}
        onInput={(event) => replay.show(Number(event.currentTarget.value), false)}
        onChange={(event) => replay.show(Number(event.currentTarget.value))}
      />
      <span class="replay-position">
        <span class="replay-step">{stepText(overview, step)}</span>
        {at === '' ? null : <span class="quiet-text"> · {at}</span>}
        {value !== undefined && state.moment?.step === step && state.moment.isReplaying ? (
          <span class="pill">replaying</span>
        ) : null}
      </span>
      <div class="toolbar-end">
        <WhatIfButton parts={parts} row={value === undefined ? undefined : rowToChange(value, parts.state.events)} />
        <IconButton icon="refresh" label="Run the replay again, with the code as it is now" onClick={() => replay.open()} />
        {parts.transport.place === 'editor' ? <DebugButtons parts={parts} overview={overview} /> : null}
      </div>
    </div>
  );
}

/** There is a debugger. */
function DebugButtons({ parts, overview }: { parts: InstanceParts; overview: ReplayOverview }): JSX.Element {
  const { replay } = parts.store;
  return (
    <>
      <IconButton
        icon="debug-alt"
        label="Step through Replay: in the debugger, from here"
        text="Step through Replay"
        onClick={() => replay.debug('steps')}
      />
      {overview.program !== undefined ? null : (
        <IconButton
          icon="bug"
          label="Debug Replay: under the JavaScript debugger, where breakpoints inside the orchestrator stop"
          text="Debug Replay"
          onClick={() => replay.debug('code')}
        />
      )}
    </>
  );
}

/** Opens the replay with the tab, and again when the instance has gone on; never while one is being opened. */
function useReplayOf(parts: InstanceParts, overview: ReplayOverview | null): void {
  const { replay } = parts.store;
  const { instance, state } = parts;
  const { executionId, historyLength } = instance;
  const isStale = overview === null || overview.executionId !== executionId || overview.rows < historyLength;
  const opened = useRef('');
  const key = `${executionId}/${historyLength}`;
  useEffect(() => {
    if (!state.connected || historyLength === 0 || !isStale || opened.current === key) return undefined;
    if (overview === null) {
      opened.current = key;
      replay.open();
      return undefined;
    }
    const timer = setTimeout(() => {
      opened.current = key;
      replay.open();
    }, reopenAfterMs);
    return () => clearTimeout(timer);
  }, [state.connected, key, isStale]);
}
