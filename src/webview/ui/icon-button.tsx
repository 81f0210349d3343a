import type { JSX } from 'preact';
import { Icon } from './icon';

interface IconButtonProps {
  icon: string;
  /** Tooltip and name. */
  label: string;
  onClick: (event: MouseEvent) => void;
  /** For switches: whether it is on. */
  pressed?: boolean;
  /** For menus. */
  expanded?: boolean;
  disabled?: boolean;
  /** Text beside the icon. */
  text?: string;
  class?: string;
}

/** A quiet button as in the editor's own toolbars. */
export function IconButton(props: IconButtonProps): JSX.Element {
  const { icon, label, onClick, pressed, expanded, disabled = false, text } = props;
  return (
    <button
      type="button"
      class={`icon-button ${text === undefined ? '' : 'with-text'} ${props.class ?? ''}`}
      title={label}
      aria-label={text === undefined ? label : undefined}
      aria-pressed={pressed}
      aria-haspopup={expanded === undefined ? undefined : 'true'}
      aria-expanded={expanded}
      disabled={disabled}
      onClick={onClick}
    >
      <Icon name={icon} />
      {text === undefined ? null : <span>{text}</span>}
    </button>
  );
}
