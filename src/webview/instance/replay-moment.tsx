import type { ComponentChildren, JSX } from 'preact';
import type { ReplayMomentValue, ReplayVariable } from '../../protocol/replay-values';
import { fileName } from '../models/file-name';
import { shortFile } from '../models/replay';
import { Icon } from '../ui/icon';
import { JsonView } from '../ui/json-view';
import { Section } from '../ui/section';
import type { InstanceParts } from './panel-context';
import { ReplayVariables } from './replay-variables';

interface ReplayMomentProps {
  parts: InstanceParts;
  moment: ReplayMomentValue;
  /** What runs the code and shows nothing of its inside. */
  program: string | undefined;
  opened: ReadonlyMap<string, readonly ReplayVariable[]>;
  /** False while the answer for the step that is wanted has not come yet. */
  isCurrent: boolean;
}

/** What the code knew at this moment. Of a program whose inside is not seen, what it asked for comes first: the source is not at its line. */
export function ReplayMoment({ parts, moment, program, opened, isCurrent }: ReplayMomentProps): JSX.Element {
  return (
    <div class={`replay-moment ${isCurrent ? '' : 'behind'}`} aria-busy={!isCurrent}>
      {program === undefined ? <Snippet parts={parts} moment={moment} marksLine /> : null}
      {moment.failure === null ? null : (
        <Section title="Failure">
          <p class="replay-failure">{moment.failure}</p>
        </Section>
      )}
      {moment.output === null ? null : (
        <Section title="Output">
          <JsonView text={moment.output} label="Output" />
        </Section>
      )}
      {program === undefined ? <Variables parts={parts} moment={moment} opened={opened} /> : null}
      <Section title="Scheduled and not finished" note={String(moment.pending.length)}>
        {moment.pending.length === 0 ? (
          <p class="quiet-text">
            {program === undefined || moment.frames.length === 0
              ? 'Nothing.'
              : 'Nothing. Events that the code may wait for are not told by the program.'}
          </p>
        ) : (
          <ul class="replay-pending">
            {moment.pending.map((task) => (
              <li key={task.text}>
                <Icon name="watch" />
                <span>{task.text}</span>
                {task.isNew ? <span class="pill">new</span> : null}
                {task.attempt > 1 ? <span class="pill">attempt {task.attempt}</span> : null}
                <PendingLinks parts={parts} sinceRow={task.sinceRow} instanceId={task.instanceId} />
              </li>
            ))}
          </ul>
        )}
      </Section>
      <Section title="Custom status">
        {moment.customStatus === null ? (
          <p class="quiet-text">None yet.</p>
        ) : (
          <JsonView text={moment.customStatus} label="Custom status" />
        )}
      </Section>
      {program === undefined ? (
        <Logs moment={moment} parts={parts} />
      ) : (
        <Section title="Source">
          <Snippet parts={parts} moment={moment} marksLine={false} />
          <p class="quiet-text">Variables and logs stay in the {program}, which runs this code.</p>
        </Section>
      )}
    </div>
  );
}

function Variables({ parts, moment, opened }: Pick<ReplayMomentProps, 'parts' | 'moment' | 'opened'>): JSX.Element {
  const { replay } = parts.store;
  return (
    <Section title="Variables">
      {moment.scopes.length === 0 ? <p class="quiet-text">The code does not run here any more.</p> : null}
      {moment.scopes.map((scope) => (
        <ReplayVariables
          key={`${moment.step} ${scope.name}`}
          scope={scope}
          opened={opened}
          onOpen={(reference, start, count) => replay.openVariable(reference, start, count)}
          onClose={(reference) => replay.closeVariable(reference)}
        />
      ))}
    </Section>
  );
}

function Logs({ moment, parts }: Pick<ReplayMomentProps, 'moment' | 'parts'>): JSX.Element {
  return (
    <Section title="Logged in this step" note={String(moment.logs.length)}>
      {moment.logs.length === 0 ? <p class="quiet-text">Nothing.</p> : <LogLines lines={moment.logs} parts={parts} />}
      {moment.earlierLogs.length === 0 ? null : (
        <details class="replay-earlier">
          <summary>{moment.earlierLogs.length} logged before</summary>
          <LogLines lines={moment.earlierLogs} parts={parts} />
        </details>
      )}
    </Section>
  );
}

function PendingLinks(props: { parts: InstanceParts; sinceRow: number | null; instanceId: string | null }): JSX.Element {
  const { parts, sinceRow, instanceId } = props;
  return (
    <>
      {sinceRow === null ? null : (
        <button type="button" class="link" onClick={() => parts.store.replay.showRow(sinceRow)}>
          row {sinceRow + 1}
        </button>
      )}
      {instanceId === null ? null : (
        <button type="button" class="link" onClick={() => parts.transport.send({ type: 'openInstance', instanceId })}>
          open
        </button>
      )}
    </>
  );
}

function Snippet({
  parts,
  moment,
  marksLine,
}: {
  parts: InstanceParts;
  moment: ReplayMomentValue;
  marksLine: boolean;
}): JSX.Element {
  const { snippet, frames } = moment;
  const place = frames[0]?.place ?? null;
  const note = frames.find((frame) => frame.note !== null)?.note ?? null;
  if (snippet === null) {
    return (
      <p class="quiet-text replay-no-source">
        {frames.length === 0 ? 'The code has ended.' : (note ?? 'The source of this moment could not be found.')}
      </p>
    );
  }
  return (
    <figure class="replay-source">
      <figcaption>
        <button
          type="button"
          class="link"
          onClick={() => (place === null ? undefined : parts.transport.send({ type: 'openSource', location: place }))}
        >
          {shortFile(snippet.file)}:{snippet.line1}
        </button>
        {frames.length > 1 ? <span class="quiet-text"> {frames.map(({ name }) => name).join(' ← ')}</span> : null}
      </figcaption>
      <div class="replay-code" role="group" aria-label={`Source around line ${snippet.line1}`} tabIndex={0}>
        {snippet.lines.map((line, index) => {
          const line1 = snippet.firstLine1 + index;
          const waits = marksLine && line1 === snippet.line1;
          return (
            <CodeLine key={line1} line1={line1} waits={waits}>
              {line === '' ? ' ' : line}
            </CodeLine>
          );
        })}
      </div>
      {note === null ? null : <p class="quiet-text">{note}</p>}
    </figure>
  );
}

function CodeLine(props: { line1: number; waits: boolean; children: ComponentChildren }): JSX.Element {
  const { line1, waits, children } = props;
  return (
    <div class={waits ? 'code-line waits' : 'code-line'} aria-current={waits ? 'location' : undefined}>
      <span class="code-number" aria-hidden="true">
        {waits ? <Icon name="debug-stackframe" /> : null}
        {line1}
      </span>
      <code>{children}</code>
    </div>
  );
}

function LogLines({ lines, parts }: { lines: ReplayMomentValue['logs']; parts: InstanceParts }): JSX.Element {
  return (
    <ol class="replay-logs">
      {lines.map(({ level, message, place }, index) => (
        <li key={index} class={`log-${level}`}>
          <code>{message}</code>
          {place === null || parts.transport.place === 'browser' ? null : (
            <button type="button" class="link" onClick={() => parts.transport.send({ type: 'openSource', location: place })}>
              {fileName(place.file)}:{place.line1}
            </button>
          )}
        </li>
      ))}
    </ol>
  );
}
