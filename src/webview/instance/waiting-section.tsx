import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { fromTimestamp } from '../../core/values/time';
import { fileName } from '../models/file-name';
import { dateTimeText } from '../models/time-text';
import { needsClock, waitingLines, type WaitingLine } from '../models/waiting-for';
import { useHubNow } from '../ui/hooks';
import { Icon } from '../ui/icon';
import { Section } from '../ui/section';
import { InstanceLink } from './instance-link';
import type { InstanceParts } from './panel-context';
import { RaiseEvent } from './raise-event';

const icons: Readonly<Record<WaitingLine['kind'], string>> = {
  event: 'mail',
  timer: 'clockface',
  activity: 'zap',
  child: 'type-hierarchy-sub',
  call: 'symbol-object',
  lock: 'lock',
  holds: 'lock',
  stuck: 'warning',
};

/** What the instance awaits right now, with a Raise button at each event. */
export function WaitingSection({ parts }: { parts: InstanceParts }): JSX.Element | null {
  const { snapshot, state, instance, store, tell } = parts;
  const [raising, setRaising] = useState<string | null>(null);
  const idle = waitingLines(snapshot.waitingFor, 0);
  const stands = snapshot.isClockPaused === true;
  const ticking = useHubNow(needsClock(idle) && !stands, state.clockOffsetMs);
  const nowMs = stands ? fromTimestamp(snapshot.now) : ticking;
  const lines = waitingLines(snapshot.waitingFor, nowMs);
  if (instance.runtimeStatus === 'Pending' && lines.length === 0) {
    return (
      <Section title="Waiting for" class="waiting">
        <p class="quiet-text">{instance.scheduledStartTime === null ? 'A worker to start it.' : 'Its scheduled start.'}</p>
      </Section>
    );
  }
  if (lines.length === 0) return null;
  const fireNow = async (fireAt: string): Promise<void> => {
    const { ok, message } = await store.moveClockTo(fireAt);
    if (!ok) tell({ kind: 'error', text: message ?? 'The clock could not be moved on.' });
  };
  return (
    <Section title="Waiting for" class="waiting" note={instance.runtimeStatus === 'Suspended' ? 'suspended' : undefined}>
      <ul class="waiting-list">
        {lines.map((line) => (
          <li key={line.key} class={`waiting-line waiting-${line.kind}`}>
            <Icon name={icons[line.kind]} />
            <WaitingText line={line} parts={parts} />
            {line.kind === 'event' && raising !== line.key ? (
              <vscode-button
                secondary
                disabled={!state.connected}
                onClick={() => setRaising(line.key)}
                aria-label={`Raise ${line.name}`}
                data-raise={line.name}
              >
                Raise
              </vscode-button>
            ) : null}
            {line.kind === 'timer' && snapshot.canSetClock === true ? (
              <vscode-button
                secondary
                disabled={!state.connected}
                onClick={() => void fireNow(line.fireAt)}
                title="Moves the hub's clock on to this moment. What is due before it comes before it."
                aria-label={`Move the clock on to ${dateTimeText(line.dueMs)}`}
                data-action="moveClockTo"
              >
                Fire now
              </vscode-button>
            ) : null}
            {line.kind === 'event' && raising === line.key ? (
              <RaiseEvent parts={parts} name={line.name} fixed onClose={() => setRaising(null)} />
            ) : null}
          </li>
        ))}
      </ul>
    </Section>
  );
}

function WaitingText({ line, parts }: { line: WaitingLine; parts: InstanceParts }): JSX.Element {
  switch (line.kind) {
    case 'event':
      return (
        <span class="waiting-text">
          Event <strong>{line.name}</strong>
        </span>
      );
    case 'timer':
      return (
        <span class="waiting-text">
          {line.retry === null ? (
            'Timer'
          ) : (
            <>
              Retry of <strong>{line.retry.name}</strong>
            </>
          )}
          , due <span title={line.fireAt}>{dateTimeText(line.dueMs)}</span> <span class="countdown">{line.countdown}</span>
          {line.leftOpen === null ? null : <LeftOpen place={line.leftOpen} parts={parts} />}
          {line.retry === null ? null : (
            <p class="wait-problem">
              {line.retry.attemptText} failed: {line.retry.lastError}
            </p>
          )}
        </span>
      );
    case 'activity':
      return (
        <span class="waiting-text">
          Activity <strong>{line.name}</strong>
          {line.attemptText === '' ? null : <span class="pill">{line.attemptText}</span>}
          <span class="countdown">
            {line.isQueued ? 'queued' : 'running'} for {line.sinceText}
          </span>
          {line.lastError === null ? null : <p class="wait-problem">the attempt before failed: {line.lastError}</p>}
        </span>
      );
    case 'child':
      return (
        <span class="waiting-text">
          Sub-orchestration <InstanceLink instance={line} transport={parts.transport} />
        </span>
      );
    case 'call':
    case 'lock':
      return (
        <span class="waiting-text">
          {line.kind === 'lock' ? 'Lock on ' : `Operation ${line.operation} of `}
          <IdLinks ids={line.entities} parts={parts} />
          {line.holder === null ? null : (
            <>
              {' '}
              <span class="quiet-text">held by</span> <IdLinks ids={[line.holder]} parts={parts} />
            </>
          )}
          <span class="countdown">for {line.sinceText}</span>
          {line.problem === null ? null : <p class="wait-problem">{line.problem}</p>}
        </span>
      );
    case 'stuck':
      return <span class="waiting-text wait-problem">{line.text}</span>;
    case 'holds':
      return (
        <span class="waiting-text">
          <span class="quiet-text">Has locked</span> <IdLinks ids={line.entities} parts={parts} />
        </span>
      );
  }
}

/** What keeps the instance up, and the call that would have ended it. */
function LeftOpen({
  place,
  parts,
}: {
  place: NonNullable<Extract<WaitingLine, { kind: 'timer' }>['leftOpen']>;
  parts: InstanceParts;
}): JSX.Element {
  if (place === 'somewhere') {
    return (
      <p class="wait-problem">
        left open by code that has returned: <code>timer.cancel()</code> before it returns ends the instance at once
      </p>
    );
  }
  const { location, cancelText } = place;
  return (
    <p class="wait-problem">
      left open by code that has returned:{' '}
      <button type="button" class="link" onClick={() => parts.transport.send({ type: 'openSource', location })}>
        {fileName(location.file)}:{location.line1}
      </button>{' '}
      makes it, <code>{cancelText}</code> before it returns ends the instance at once
    </p>
  );
}

function IdLinks({ ids, parts }: { ids: readonly string[]; parts: InstanceParts }): JSX.Element {
  return (
    <>
      {ids.map((instanceId, at) => (
        <span key={instanceId}>
          {at === 0 ? '' : ', '}
          <button type="button" class="link" onClick={() => parts.transport.send({ type: 'openInstance', instanceId })}>
            <code>{instanceId}</code>
          </button>
        </span>
      ))}
    </>
  );
}
