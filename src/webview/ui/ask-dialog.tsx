import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { fieldValue } from './elements';
import { useUniqueId } from './hooks';

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
  const dialog = useRef<HTMLDialogElement>(null);
  const [text, setText] = useState('');
  const id = useUniqueId('ask');
  useEffect(() => {
    const opener = document.activeElement;
    dialog.current?.showModal();
    dialog.current?.querySelector<HTMLElement>('.ask-reason, .ask-verb')?.focus();
    // The dialog is taken out of the page, which gives the focus to nobody.
    return () => {
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
    };
  }, []);
  const answer = (): void => onAnswer(text.trim() === '' ? null : text);
  return (
    <dialog ref={dialog} class="ask" aria-labelledby={id} onCancel={onCancel}>
      <h2 id={id}>{title}</h2>
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
      <div class="ask-buttons">
        <vscode-button secondary onClick={onCancel}>
          Cancel
        </vscode-button>
        {instead === undefined ? null : (
          <vscode-button secondary class="ask-instead" onClick={instead.onChoose}>
            {instead.verb}
          </vscode-button>
        )}
        <vscode-button class="ask-verb" onClick={answer}>
          {verb}
        </vscode-button>
      </div>
    </dialog>
  );
}
