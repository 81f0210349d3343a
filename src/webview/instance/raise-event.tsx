import type { JSX } from 'preact';
import * as z from 'zod';
import { MessageForm } from '../ui/message-form';
import type { InstanceParts } from './panel-context';

interface RaiseEventProps {
  parts: InstanceParts;
  /** The name to begin with; a fixed one cannot be changed. */
  name: string;
  fixed: boolean;
  onClose: () => void;
}

const mostRemembered = 10_000;

/** Name and JSON data of an event; the data begins with what was raised under the name last. */
export function RaiseEvent({ parts, name, fixed, onClose }: RaiseEventProps): JSX.Element {
  const { store, snapshot, tell, memory } = parts;
  const keyOf = (event: string): string => `raised.${event}`;
  return (
    <MessageForm
      label={`Raise event ${name}`}
      name={{ label: 'Event name', first: name, isFixed: fixed, known: snapshot.knownEventNames }}
      data={{
        label: 'Data (JSON; empty for none)',
        placeholder: 'true, "text", { "approved": true }',
        last: (event) => memory.read(keyOf(event), z.string(), ''),
      }}
      button={{ text: 'Raise', action: 'raise' }}
      send={(event, data) => {
        if ((data ?? '').length <= mostRemembered) memory.prefer(keyOf(event), data ?? '');
        return store.raiseEvent(event, data);
      }}
      refusal="The event could not be raised."
      onSent={(event, { message }) => tell({ kind: 'info', text: message ?? `Event "${event}" was raised.` })}
      onClose={onClose}
    />
  );
}
