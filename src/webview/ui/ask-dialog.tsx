import type { ComponentChildren, JSX } from 'preact';
import { useState } from 'preact/hooks';
import { fieldValue } from './elements';
import { ModalDialog } from './modal-dialog';

interface AskDialogProps {
  title: string;
  children: ComponentChildren;
  /** Word on the button that does it. */
  verb: string;
  /** Ask for a reason as well. */
  reason?: boolean;
  /** Another way out, between Cancel and the verb. */
  instead?: { verb: string; onChoose: () => void };
  onAnswer: (reason: string | null) => void;
  onCancel: () => void;
}

/** A question before something that cannot be taken back. Escape and Cancel do nothing. */
export function AskDialog({ title, children, verb, reason = false, instead, onAnswer, onCancel }: AskDialogProps): JSX.Element {
  const [text, setText] = useState('');
  const answer = (): void => onAnswer(text.trim() === '' ? null : text);
  return (
    <ModalDialog
      title={title}
      verb={verb}
      {...(instead === undefined ? {} : { instead })}
      focusOn=".ask-reason, .ask-verb"
      onVerb={answer}
      onCancel={onCancel}
    >
      <div class="ask-text">{children}</div>
      {reason ? (
        <vscode-textfield
          class="ask-reason"
          label="Reason (optional)"
          placeholder="Reason (optional)"
          value={text}
          onInput={(event: Event) => setText(fieldValue(event))}
          onKeyDown={(event: KeyboardEvent) => {
            if (event.key === 'Enter') answer();
          }}
        />
      ) : null}
    </ModalDialog>
  );
}
