import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { EntitySnapshot, QueuedRequest } from '../../protocol/entity-panel';
import { InstanceLink } from '../instance/instance-link';
import type { Notice } from '../instance/panel-context';
import { prettyJson } from '../../base/json-text';
import type { EntityStore } from '../state/entity-state';
import type { ViewMemory } from '../state/view-memory';
import type { PanelTransport } from '../transport/panel-transport';
import { CopyButton } from '../ui/copy-button';
import { useStore } from '../ui/hooks';
import { Icon } from '../ui/icon';
import { IconButton } from '../ui/icon-button';
import { JsonView } from '../ui/json-view';
import { Banner, EmptyState, Loading, NotConnected, NotLive } from '../ui/message';
import { Section } from '../ui/section';
import { BatchList } from './batch-list';
import { Sender, short } from './sender';
import { SignalForm } from './signal-form';

interface EntityPanelProps {
  store: EntityStore;
  transport: PanelTransport;
  memory: ViewMemory;
}

export function EntityPanel({ store, transport, memory }: EntityPanelProps): JSX.Element {
  const { snapshot, problem, canStart, connected } = useStore(store.state);
  const [notice, setNotice] = useState<Notice | null>(null);
  const [signalling, setSignalling] = useState(false);
  const instanceId = snapshot?.instanceId;
  useEffect(() => {
    if (instanceId !== undefined) memory.fix({ instanceId });
  }, [instanceId]);
  if (snapshot === null) {
    return (
      <main class="panel">
        {problem === null ? (
          <Loading text="Reading the entity…" />
        ) : (
          <NotConnected problem={problem} canStart={canStart} transport={transport} />
        )}
      </main>
    );
  }
  const { entity } = snapshot;
  const act = async (asking: Promise<{ ok: boolean; message?: string | undefined }>): Promise<void> => {
    const { ok, message } = await asking;
    if (message !== undefined) setNotice({ kind: ok ? 'info' : 'error', text: message });
  };
  return (
    <main class="panel entity-panel">
      {problem === null ? null : <NotLive problem={problem} canStart={canStart} transport={transport} />}
      {notice === null ? null : (
        <Banner kind={notice.kind} onClose={() => setNotice(null)}>
          {notice.text}
        </Banner>
      )}
      <header class="instance-header">
        <div class="title-line">
          <h1>{entity?.name ?? nameOf(snapshot.instanceId)}</h1>
          <code class="quiet-text">{snapshot.instanceId}</code>
          <span class="pill">{entity === null ? 'never used' : entity.exists ? 'exists' : 'no state'}</span>
          {entity?.lockedBy == null ? null : (
            <span class={`pill ${snapshot.isOrphaned ? 'pill-bad' : 'pill-paused'}`}>
              <Icon name="lock" /> {snapshot.isOrphaned ? 'orphaned lock' : 'locked'}
            </span>
          )}
          <div class="actions">
            <vscode-button disabled={!connected} onClick={() => setSignalling(!signalling)} data-action="signal">
              Signal…
            </vscode-button>
            {entity === null ? null : (
              <IconButton icon="trash" label="Remove the entity" onClick={() => void act(store.remove())} />
            )}
          </div>
        </div>
      </header>
      {signalling ? (
        <div class="raise-drawer">
          <SignalForm store={store} known={snapshot.operations} tell={setNotice} onClose={() => setSignalling(false)} />
        </div>
      ) : null}
      <div class="overview entity-body">
        <div class="overview-column">
          <StateSection snapshot={snapshot} transport={transport} />
          <LockSection snapshot={snapshot} transport={transport} onRelease={() => void act(store.releaseOrphan())} />
          <QueueSection snapshot={snapshot} transport={transport} />
        </div>
        <div class="overview-column">
          <Section title="Operations" note="since the emulator began to run" class="entity-operations">
            {snapshot.batches.length === 0 ? (
              <EmptyState icon="symbol-event" title="None yet">
                Operations show here as they run, with what they made of the state.
              </EmptyState>
            ) : (
              <BatchList batches={snapshot.batches} transport={transport} />
            )}
          </Section>
        </div>
      </div>
    </main>
  );
}

interface PartProps {
  snapshot: EntitySnapshot;
  transport: PanelTransport;
}

function StateSection({ snapshot, transport }: PartProps): JSX.Element {
  const state = snapshot.entity?.state ?? null;
  const actions =
    state === null ? undefined : (
      <>
        <CopyButton label="Copy the state" onCopy={() => transport.send({ type: 'copyText', text: prettyJson(state) })} />
        <IconButton
          icon="go-to-file"
          label="Open the state in an editor"
          onClick={() =>
            transport.send({
              type: 'openText',
              title: `${snapshot.instanceId} state.json`,
              text: prettyJson(state),
              language: 'json',
            })
          }
        />
      </>
    );
  return (
    <Section title="State" class="entity-state" actions={actions}>
      {state === null ? (
        <p class="quiet-text">None: it was deleted, or nothing has set it.</p>
      ) : (
        <JsonView text={state} label="State" />
      )}
    </Section>
  );
}

function LockSection({ snapshot, transport, onRelease }: PartProps & { onRelease: () => void }): JSX.Element | null {
  const lockedBy = snapshot.entity?.lockedBy ?? null;
  if (lockedBy === null) return null;
  const { holder, isOrphaned } = snapshot;
  return (
    <Section title="Lock" class="entity-lock">
      <p class="lock-holder">
        Held by {holder === null ? <code>{lockedBy}</code> : <InstanceLink instance={holder} transport={transport} />}
      </p>
      {isOrphaned ? (
        <div class="lock-orphan" role="alert">
          <p>
            <Icon name="warning" /> Orphaned:{' '}
            {holder === null ? 'that instance is gone' : `that instance is ${holder.runtimeStatus}`}, so the lock is never given
            back and whatever waits here waits for ever. Production behaves the same until the entity storage is cleaned.
          </p>
          <vscode-button secondary onClick={onRelease} data-action="release">
            Release orphaned locks
          </vscode-button>
        </div>
      ) : null}
    </Section>
  );
}

function QueueSection({ snapshot, transport }: PartProps): JSX.Element {
  const queue = snapshot.entity?.queue ?? [];
  const size = snapshot.entity?.queueSize ?? 0;
  return (
    <Section title="Waiting" class="entity-queue" note={size === 0 ? undefined : size.toLocaleString('en')}>
      {queue.length === 0 ? (
        <p class="quiet-text">Nothing.</p>
      ) : (
        <ol class="waiting-list">
          {queue.map((request) => (
            <li key={request.id} class="waiting-line">
              <Icon name={request.kind === 'lock' ? 'lock' : request.isSignal ? 'radio-tower' : 'symbol-method'} />
              <QueuedText request={request} transport={transport} />
            </li>
          ))}
        </ol>
      )}
    </Section>
  );
}

function QueuedText({ request, transport }: { request: QueuedRequest; transport: PanelTransport }): JSX.Element {
  return (
    <span class="waiting-text">
      {request.kind === 'lock' ? (
        'A lock'
      ) : (
        <>
          <strong>{request.operation === '' ? '(no name)' : request.operation}</strong>
          {request.input === null ? null : <code> {short(request.input)}</code>}
        </>
      )}{' '}
      <span class="quiet-text">{request.kind === 'lock' ? 'for' : request.isSignal ? 'signal of' : 'call of'}</span>{' '}
      <Sender instanceId={request.parentInstanceId} transport={transport} />
    </span>
  );
}

function nameOf(instanceId: string): string {
  return instanceId.split('@')[1] ?? instanceId;
}
