import type { ComponentChildren, JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import type { PanelTransport } from '../transport/panel-transport';
import { Icon } from './icon';

/** What stands where nothing is to be shown: a reason, and what to do next. `heading`: it is all that the page shows. */
export function EmptyState(props: { icon: string; title: string; heading?: boolean; children?: ComponentChildren }): JSX.Element {
  return (
    <div class="empty-state">
      <Icon name={props.icon} />
      {props.heading === true ? <h1 class="empty-title">{props.title}</h1> : <p class="empty-title">{props.title}</p>}
      {props.children === undefined ? null : <div class="empty-text">{props.children}</div>}
    </div>
  );
}

export function Loading({ text }: { text: string }): JSX.Element {
  return (
    <div class="empty-state" role="status">
      <vscode-progress-ring aria-hidden="true" />
      <p class="empty-title">{text}</p>
    </div>
  );
}

interface NotConnectedProps {
  /** Why. */
  problem: string;
  /** The emulator can be started from here. */
  canStart: boolean;
  transport: Pick<PanelTransport, 'send'>;
}

/** In place of a panel that has nothing to show yet and cannot ask. */
export function NotConnected({ problem, canStart, transport }: NotConnectedProps): JSX.Element {
  return (
    <EmptyState icon="debug-disconnect" title={problem}>
      This panel fills by itself as soon as it can.
      {canStart ? (
        <p>
          <StartEmulator transport={transport} />
        </p>
      ) : null}
    </EmptyState>
  );
}

/** On top of a panel that shows what was there before. */
export function NotLive({ problem, canStart, transport }: NotConnectedProps): JSX.Element {
  return (
    <Banner kind="warning">
      {problem} {canStart ? <StartEmulator transport={transport} /> : null}
    </Banner>
  );
}

function StartEmulator({ transport }: Pick<NotConnectedProps, 'transport'>): JSX.Element {
  return (
    <button type="button" class="link" onClick={() => transport.send({ type: 'startEmulator' })}>
      Start Emulator
    </button>
  );
}

const fadesAfterMs = 8000;

/** A line on top of a panel; news that can be dismissed go by themselves. */
export function Banner(props: {
  kind: 'error' | 'warning' | 'info';
  children: ComponentChildren;
  onClose?: () => void;
}): JSX.Element {
  const icons = { error: 'error', warning: 'warning', info: 'info' };
  const { kind, onClose } = props;
  useEffect(() => {
    // What was done need not be dismissed; what went wrong stays until it is read.
    if (kind !== 'info' || onClose === undefined) return undefined;
    const fading = setTimeout(onClose, fadesAfterMs);
    return () => clearTimeout(fading);
  }, [kind, props.children]);
  return (
    <div class={`banner banner-${props.kind}`} role={props.kind === 'error' ? 'alert' : 'status'}>
      <Icon name={icons[props.kind]} />
      <span class="banner-text">{props.children}</span>
      {props.onClose === undefined ? null : (
        <button type="button" class="icon-button" title="Dismiss" aria-label="Dismiss" onClick={props.onClose}>
          <Icon name="close" />
        </button>
      )}
    </div>
  );
}
