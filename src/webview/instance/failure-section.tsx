import type { JSX } from 'preact';
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
        <Failure failure={failure} />
      )}
      {location === null ? null : (
        <button type="button" class="link failure-location" onClick={() => transport.send({ type: 'openSource', location })}>
          <Icon name="go-to-file" /> {fileName(location.file)}:{location.line1}
        </button>
      )}
    </Section>
  );
}

function Failure({ failure }: { failure: FailureValue }): JSX.Element {
  return (
    <>
      <p class="failure-message">
        <strong>{failure.ErrorType || 'Error'}</strong> {failure.ErrorMessage}
      </p>
      {failure.StackTrace == null || failure.StackTrace === '' ? null : (
        <pre class="failure-text" tabIndex={0} role="group" aria-label="Stack trace">
          {failure.StackTrace}
        </pre>
      )}
      {failure.InnerFailure == null ? null : (
        <div class="failure-inner">
          <p class="quiet-text">Caused by</p>
          <Failure failure={failure.InnerFailure} />
        </div>
      )}
    </>
  );
}

function fileName(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path;
}
