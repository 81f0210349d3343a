import type { JSX } from 'preact';
import { saysNonDeterministic } from '../../core/decisions/non-determinism';
import type { FailureValue } from '../../protocol/panel-values';
import { Icon } from '../ui/icon';
import { Section } from '../ui/section';
import type { InstanceParts } from './panel-context';

/** Why the instance failed, with a link to the line in the user's code. */
export function FailureSection({ parts }: { parts: InstanceParts }): JSX.Element | null {
  const { instance, transport } = parts;
  const failure = instance.failureDetails;
  if (instance.runtimeStatus !== 'Failed') return null;
  const location = instance.failureLocation;
  return (
    <Section title="Failure" class="failure">
      {failure === null ? (
        <p class="failure-message">{instance.output ?? 'Failed without a message.'}</p>
      ) : (
        <FailureText failure={failure} />
      )}
      {location === null ? null : (
        <button type="button" class="link failure-location" onClick={() => transport.send({ type: 'openSource', location })}>
          <Icon name="go-to-file" /> {fileName(location.file)}:{location.line1}
        </button>
      )}
      {parts.showReplay !== null && saysNonDeterministic(failure?.ErrorMessage ?? instance.output) ? (
        <button type="button" class="link failure-location" onClick={parts.showReplay}>
          <Icon name="debug-alt" /> Explain: history and code side by side
        </button>
      ) : null}
      {failure === null ? <Stack text={instance.failureStack} /> : <FailureStacks failure={failure} />}
    </Section>
  );
}

function FailureText({ failure }: { failure: FailureValue }): JSX.Element {
  return (
    <p class="failure-message">
      <strong>{failure.ErrorType || 'Error'}</strong> {failure.ErrorMessage}
    </p>
  );
}

/** Its own stack, then its causes, each with theirs. */
function FailureStacks({ failure }: { failure: FailureValue }): JSX.Element {
  const cause = failure.InnerFailure ?? null;
  return (
    <>
      <Stack text={failure.StackTrace} />
      {cause === null ? null : (
        <div class="failure-inner">
          <p class="quiet-text">Caused by</p>
          <FailureText failure={cause} />
          <FailureStacks failure={cause} />
        </div>
      )}
    </>
  );
}

function Stack({ text }: { text: string | null | undefined }): JSX.Element | null {
  if (text == null || text === '') return null;
  return (
    <pre class="failure-text" tabIndex={0} role="group" aria-label="Stack trace">
      {text}
    </pre>
  );
}

function fileName(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path;
}
