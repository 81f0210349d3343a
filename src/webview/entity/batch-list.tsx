import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { fromTimestamp } from '../../core/values/time';
import type { EntityBatch } from '../../protocol/entity-panel';
import { stateDiff } from '../models/state-diff';
import { dateTimeText } from '../models/time-text';
import type { PanelTransport } from '../transport/panel-transport';
import { Icon } from '../ui/icon';
import { Sender, short } from './sender';

/** The newest ones unfold by themselves. */
const startsOpen = 3;

/** What ran, the newest first, with the difference it made. */
export function BatchList({ batches, transport }: { batches: readonly EntityBatch[]; transport: PanelTransport }): JSX.Element {
  return (
    <ol class="batches">
      {batches.map((batch, at) => (
        <Batch key={batch.executionId} batch={batch} isOpen={at < startsOpen} transport={transport} />
      ))}
    </ol>
  );
}

function Batch(props: { batch: EntityBatch; isOpen: boolean; transport: PanelTransport }): JSX.Element {
  const { batch, transport } = props;
  const [chosen, setChosen] = useState<boolean | null>(null);
  const open = chosen ?? props.isOpen;
  const diff = stateDiff(batch.stateBefore, batch.stateAfter);
  const count = batch.operations.length + batch.omitted;
  return (
    <li class="batch">
      <div class="batch-head">
        <button type="button" class="section-toggle" aria-expanded={open} onClick={() => setChosen(!open)}>
          <Icon name={open ? 'chevron-down' : 'chevron-right'} />
          <time>{dateTimeText(fromTimestamp(batch.at))}</time>
        </button>
        {count > 1 ? <span class="quiet-text">{count.toLocaleString('en')} operations in one batch</span> : null}
      </div>
      <ul class="batch-operations">
        {batch.omitted === 0 ? null : <li class="quiet-text">… {batch.omitted.toLocaleString('en')} before these</li>}
        {batch.operations.map((operation) => (
          <li key={operation.requestId} class={operation.ok ? 'operation' : 'operation operation-failed'}>
            <Icon
              name={operation.ok ? (operation.isSignal ? 'radio-tower' : 'symbol-method') : 'error'}
              class={operation.ok ? '' : 'status-icon status-Failed'}
            />
            <span class="waiting-text">
              <strong>{operation.name === '' ? '(no name)' : operation.name}</strong>
              {operation.input === null ? null : <code> {short(operation.input)}</code>}
              {operation.result === null ? null : (
                <>
                  {' '}
                  <span class="quiet-text">{operation.ok ? '→' : 'failed:'}</span> <code>{short(operation.result)}</code>
                </>
              )}{' '}
              <span class="quiet-text">{operation.isSignal ? 'signal of' : 'call of'}</span>{' '}
              <Sender instanceId={operation.parentInstanceId} transport={transport} />
            </span>
          </li>
        ))}
      </ul>
      {open ? (
        diff.length === 0 ? (
          <p class="quiet-text diff-none">The state stayed as it was.</p>
        ) : (
          <pre class="state-diff" tabIndex={0} role="group" aria-label="What changed in the state">
            {diff.map((line, at) => (
              <span key={at} class={`diff-line diff-${line.kind}`}>
                <span class="diff-mark" aria-hidden="true">
                  {line.kind === 'added' ? '+' : line.kind === 'removed' ? '−' : ' '}
                </span>
                {line.kind === 'same' ? null : <span class="sr-only">{line.kind}: </span>}
                {line.text}
                {'\n'}
              </span>
            ))}
          </pre>
        )
      ) : null}
    </li>
  );
}
