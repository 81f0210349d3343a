import type { JSX } from 'preact';
import { MessageForm } from '../ui/message-form';
import type { InstanceParts } from './panel-context';

interface RaiseEventProps {
  parts: InstanceParts;
  /** The name to begin with; a fixed one cannot be changed. */
  name: string;
  fixed: boolean;
  onClose: () => void;
}

/** Name and JSON data of an event. */
export function RaiseEvent({ parts, name, fixed, onClose }: RaiseEventProps): JSX.Element {
  const { store, snapshot, tell } = parts;
  return (
    <MessageForm
      label={`Raise event ${name}`}
      name={{ label: 'Event name', first: name, isFixed: fixed, known: snapshot.knownEventNames }}
      data={{ label: 'Data (JSON; empty for none)', placeholder: 'true, "text", { "approved": true }' }}
      button={{ text: 'Raise', action: 'raise' }}
      send={(event, data) => store.raiseEvent(event, data)}
      refusal="The event could not be raised."
      onSent={(event, { message }) => tell({ kind: 'info', text: message ?? `Event "${event}" was raised.` })}
      onClose={onClose}
    />
  );
}
