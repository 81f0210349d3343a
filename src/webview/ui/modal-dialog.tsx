import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { useUniqueId } from './hooks';

interface ModalDialogProps {
  /** Further classes. */
  kind?: string;
  title: string;
  children: ComponentChildren;
  /** What went wrong, above the buttons. */
  problem?: string | null;
  verb: string;
  isDisabled?: boolean;
  /** Another way out, between Cancel and the verb. */
  instead?: { verb: string; onChoose: () => void };
  /** What has the focus at first; default: the first that can have it. */
  focusOn?: string;
  onVerb: () => void;
  /** Escape and Cancel. */
  onCancel: () => void;
}

/** A question over the page. What had the focus has it again afterwards. */
export function ModalDialog(props: ModalDialogProps): JSX.Element {
  const { kind, title, children, problem = null, verb, isDisabled = false, instead, focusOn, onVerb, onCancel } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useUniqueId('dialog');
  useEffect(() => {
    const opener = document.activeElement;
    dialog.current?.showModal();
    if (focusOn !== undefined) dialog.current?.querySelector<HTMLElement>(focusOn)?.focus();
    // The dialog is taken out of the page, which gives the focus to nobody.
    return () => {
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
    };
  }, []);
  return (
    <dialog ref={dialog} class={kind === undefined ? 'ask' : `ask ${kind}`} aria-labelledby={id} onCancel={onCancel}>
      <h2 id={id}>{title}</h2>
      {children}
      {problem === null ? null : (
        <p class="start-problem" role="alert">
          {problem}
        </p>
      )}
      <div class="ask-buttons">
        <vscode-button secondary onClick={onCancel}>
          Cancel
        </vscode-button>
        {instead === undefined ? null : (
          <vscode-button secondary class="ask-instead" onClick={instead.onChoose}>
            {instead.verb}
          </vscode-button>
        )}
        <vscode-button class="ask-verb" disabled={isDisabled} onClick={onVerb}>
          {verb}
        </vscode-button>
      </div>
    </dialog>
  );
}
