import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { saysNonDeterministic } from '../../core/decisions/non-determinism';
import { astrayResults } from '../../core/instances/meanings/noted-rows';
import { httpActivityName, httpAdvice } from '../../core/values/http-activity';
import { rootCauseOf } from '../../core/values/failure-text';
import type { FailureLinkValue, InstanceDetails, SourceLocation } from '../../protocol/panel-values';
import { fileName } from '../models/file-name';
import { Icon } from '../ui/icon';
import { JsonView } from '../ui/json-view';
import { Section } from '../ui/section';
import { StackText } from '../ui/stack-text';
import type { InstanceParts } from './panel-context';

/** Why the instance failed: the root cause first, then the line in the user's code, the way up to this instance, and the raw text folded. */
export function FailureSection({ parts }: { parts: InstanceParts }): JSX.Element | null {
  const { instance, state, transport } = parts;
  const astray = useMemo(
    () => astrayResults(instance, state.events),
    [instance.runtimeStatus, state.historyKey, state.events.length],
  );
  if (instance.runtimeStatus !== 'Failed') return null;
  const chain = instance.failureChain ?? [];
  const root = chain.at(-1) ?? ownFailure(instance);
  const own = chain[0];
  const location = root.location ?? instance.failureLocation;
  const advice = root.name === httpActivityName ? httpAdvice(root.message, root.stackTrace) : null;
  const diverged = saysNonDeterministic(instance.failureDetails?.ErrorMessage ?? instance.output);
  const canStep = parts.showReplay !== null && transport.place === 'editor' && instance.historyLength > 0;
  return (
    <Section title="Failure" class="failure">
      <p class="failure-message" data-testid="root-cause">
        <strong>{root.errorType ?? 'Error'}</strong> <span>{root.message || 'Failed without a message.'}</span>
      </p>
      {root.outer === undefined ? null : (
        <p class="failure-where quiet-text" data-testid="outer-exceptions">
          inner exception of {root.outer.join(' › ')}
        </p>
      )}
      {root === own || chain.length === 0 ? null : (
        <p class="failure-where quiet-text">
          in {root.kind} <strong>{root.name}</strong>
          {root.attempt !== null && root.attempt > 1 ? `, attempt ${root.attempt}` : ''}
        </p>
      )}
      {advice === null ? null : (
        <p class="failure-where" data-testid="advice">
          <Icon name="info" /> {advice}
        </p>
      )}
      {astray.map(({ message }) => (
        <p key={message} class="failure-where" data-testid="astray">
          <Icon name="warning" /> {message}
        </p>
      ))}
      {root.excerpt === null || location === null ? null : <Excerpt excerpt={root.excerpt} location={location} />}
      <div class="failure-actions">
        {location === null ? null : (
          <button type="button" class="link" onClick={() => transport.send({ type: 'openSource', location })}>
            <Icon name="go-to-file" /> Go to {fileName(location.file)}:{location.line1}
          </button>
        )}
        {canStep ? (
          <button
            type="button"
            class="link"
            onClick={() => transport.send({ type: 'stepTo', instanceId: root.instanceId, row: rowOf(root) })}
          >
            <Icon name="debug-alt" /> Step to this moment
          </button>
        ) : null}
        {parts.showReplay !== null && diverged ? (
          <button type="button" class="link" onClick={parts.showReplay}>
            <Icon name="debug-alt" /> Explain: history and code side by side
          </button>
        ) : null}
      </div>
      {chain.length < 2 ? null : <Chain chain={chain} parts={parts} />}
      {root.input === null || root === own ? null : (
        <div class="failure-input">
          <h3>Input of {root.name}</h3>
          <JsonView text={root.input} label={`Input of ${root.name}`} />
        </div>
      )}
      <RawText instance={instance} root={root} />
    </Section>
  );
}

/** What a hub says that cannot follow a failure. */
function ownFailure(instance: InstanceDetails): FailureLinkValue {
  let details = instance.failureDetails;
  while (details?.InnerFailure != null) details = details.InnerFailure;
  const cause = rootCauseOf(details?.ErrorMessage ?? instance.output ?? '');
  return {
    kind: 'orchestration',
    name: instance.name,
    instanceId: instance.instanceId,
    errorType: details?.ErrorType ?? cause.errorType,
    message: cause.message,
    stackTrace: details?.StackTrace ?? instance.failureStack ?? cause.stack,
    input: instance.input,
    attempt: null,
    rowIndex: null,
    location: null,
    excerpt: null,
  };
}

/** Of a call the row that brought its failure to the caller; an orchestration that threw did so at its end. */
function rowOf({ kind, rowIndex }: FailureLinkValue): number | null {
  return kind === 'orchestration' ? null : rowIndex;
}

function Excerpt({
  excerpt,
  location,
}: {
  excerpt: NonNullable<FailureLinkValue['excerpt']>;
  location: SourceLocation;
}): JSX.Element {
  return (
    <pre class="excerpt" tabIndex={0} role="group" aria-label={`Line ${location.line1} of ${fileName(location.file)}`}>
      {excerpt.lines.map((line, at) => {
        const line1 = excerpt.firstLine1 + at;
        return (
          <span key={line1} class={`excerpt-line ${line1 === location.line1 ? 'is-failing' : ''}`}>
            <span class="excerpt-number" aria-hidden="true">
              {line1}
            </span>
            {line}
            {'\n'}
          </span>
        );
      })}
    </pre>
  );
}

/** From this instance down to what went wrong first. */
function Chain({ chain, parts }: { chain: readonly FailureLinkValue[]; parts: InstanceParts }): JSX.Element {
  const icons = { orchestration: 'type-hierarchy-sub', activity: 'zap', entity: 'symbol-object' } as const;
  return (
    <ol class="failure-chain" aria-label="How the failure got here">
      {chain.map((link, at) => (
        <li key={at} style={{ '--depth': at }}>
          <Icon name={icons[link.kind]} />
          {link.kind === 'orchestration' && at > 0 ? (
            <button
              type="button"
              class="link"
              title={`Open ${link.instanceId}`}
              onClick={() => parts.transport.send({ type: 'openInstance', instanceId: link.instanceId })}
            >
              {link.name} <code>{link.instanceId}</code>
            </button>
          ) : (
            <span>{link.name}</span>
          )}
          {at === 0 ? <span class="quiet-text">this instance</span> : null}
          {link.attempt !== null && link.attempt > 1 ? <span class="pill">attempt {link.attempt}</span> : null}
        </li>
      ))}
    </ol>
  );
}

/** Everything that was said, as it was said; frames that are not the user's are grey. */
function RawText({ instance, root }: { instance: InstanceDetails; root: FailureLinkValue }): JSX.Element | null {
  const [open, setOpen] = useState(false);
  const causes: [name: string, text: string][] = [];
  for (let details = instance.failureDetails; details != null; details = details.InnerFailure ?? null)
    causes.push([
      causes.length === 0 ? 'Message' : 'Caused by',
      [`${details.ErrorType}: ${details.ErrorMessage}`, details.StackTrace ?? ''].join('\n').trim(),
    ]);
  const texts: [name: string, text: string][] = [
    ...(root.stackTrace === null || root.stackTrace === '' ? [] : [['Stack', root.stackTrace] as [string, string]]),
    ...causes,
    ...(instance.failureStack === null ? [] : [['Stack of the orchestrator', instance.failureStack] as [string, string]]),
    ...(causes.length > 0 || instance.output === null ? [] : [['Output', instance.output] as [string, string]]),
  ].filter((each, at, all) => all.findIndex(([, text]) => text === each[1]) === at);
  if (texts.length === 0) return null;
  return (
    <div class="failure-raw">
      <button type="button" class="section-toggle" aria-expanded={open} onClick={() => setOpen(!open)}>
        <Icon name={open ? 'chevron-down' : 'chevron-right'} />
        Stack and raw text
      </button>
      {open
        ? texts.map(([name, text]) => (
            <div key={name + text.slice(0, 40)}>
              <h3>{name}</h3>
              <StackText text={text} label={name} />
            </div>
          ))
        : null}
    </div>
  );
}
