import type { JSX } from 'preact';
import { prettyJson } from '../../base/json-text';
import { CopyButton } from '../ui/copy-button';
import { IconButton } from '../ui/icon-button';
import { JsonView } from '../ui/json-view';
import { Section } from '../ui/section';
import type { InstanceParts } from './panel-context';

interface PayloadSectionProps {
  parts: InstanceParts;
  title: string;
  /** JSON text; null: there is none. */
  text: string | null;
  /** Said in place of a value. */
  none: string;
}

/** Input or output. */
export function PayloadSection({ parts, title, text, none }: PayloadSectionProps): JSX.Element {
  const { transport, instance } = parts;
  const actions =
    text === null ? undefined : (
      <>
        <CopyButton
          label={`Copy the ${title.toLowerCase()}`}
          onCopy={() => transport.send({ type: 'copyText', text: prettyJson(text) })}
        />
        <IconButton
          icon="go-to-file"
          label={`Open the ${title.toLowerCase()} in an editor`}
          onClick={() =>
            transport.send({
              type: 'openText',
              title: `${instance.instanceId} ${title.toLowerCase()}.json`,
              text: prettyJson(text),
              language: 'json',
            })
          }
        />
      </>
    );
  return (
    <Section title={title} class={`payload payload-${title.toLowerCase()}`} actions={actions}>
      {text === null ? <p class="quiet-text">{none}</p> : <JsonView text={text} label={title} />}
    </Section>
  );
}
