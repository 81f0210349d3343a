import type { JSX } from 'preact';
import type { Notice } from '../instance/panel-context';
import type { EntityStore } from '../state/entity-state';
import { MessageForm } from '../ui/message-form';

interface SignalFormProps {
  store: EntityStore;
  /** Names of operations seen so far. */
  known: readonly string[];
  tell: (notice: Notice) => void;
  onClose: () => void;
}

/** Operation and JSON input of a signal. */
export function SignalForm({ store, known, tell, onClose }: SignalFormProps): JSX.Element {
  return (
    <MessageForm
      label="Signal the entity"
      name={{ label: 'Operation', first: '', isFixed: false, known }}
      data={{ label: 'Input (JSON; empty for none)', placeholder: '5, "text", { "amount": 3 }' }}
      button={{ text: 'Send', action: 'send' }}
      send={(operation, input) => store.signal(operation, input)}
      refusal="The signal could not be sent."
      onSent={(operation, { message }) => tell({ kind: 'info', text: message ?? `Sent ${operation}.` })}
      onClose={onClose}
    />
  );
}
