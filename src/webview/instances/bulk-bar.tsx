import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { OrchestrationStatus } from '../../core/values/status';
import type { BulkTarget } from '../../protocol/instances-panel';
import type { InstanceAction } from '../../protocol/panel-values';
import type { Notice } from '../instance/panel-context';
import { isActionEnabledForAny } from '../models/instance-actions';
import { selectedCount, type Selection } from '../models/selection';
import type { PanelTransport } from '../transport/panel-transport';
import type { InstancesState, InstancesStore } from '../state/instances-state';
import { AskDialog } from '../ui/ask-dialog';
import { IconButton } from '../ui/icon-button';

interface BulkBarProps {
  state: InstancesState;
  store: InstancesStore;
  selection: Selection;
  transport: PanelTransport;
  onDone: () => void;
  tell: (notice: Notice | null) => void;
}

const actions: readonly { action: InstanceAction; icon: string; verb: string; done: string; text: string; reason: boolean }[] = [
  {
    action: 'terminate',
    icon: 'stop-circle',
    verb: 'Terminate',
    done: 'terminated',
    text: 'They end where they stand.',
    reason: true,
  },
  {
    action: 'suspend',
    icon: 'debug-pause',
    verb: 'Suspend',
    done: 'suspended',
    text: 'They stop until they are resumed.',
    reason: true,
  },
  { action: 'resume', icon: 'play', verb: 'Resume', done: 'resumed', text: 'They go on.', reason: true },
  {
    action: 'restart',
    icon: 'debug-restart',
    verb: 'Restart',
    done: 'restarted',
    text: 'Each starts again as a new instance with the same input. Those that still run go on beside it.',
    reason: false,
  },
  {
    action: 'purge',
    icon: 'trash',
    verb: 'Purge',
    done: 'purged',
    text: 'Their histories, inputs and outputs are deleted.',
    reason: false,
  },
];

/** What can be done to the picked rows. */
export function BulkBar({ state, store, selection, transport, onDone, tell }: BulkBarProps): JSX.Element {
  const [asking, setAsking] = useState<(typeof actions)[number] | null>(null);
  const [busy, setBusy] = useState(false);
  const count = selectedCount(selection, state.total);
  const capabilities = state.hello?.capabilities ?? { rewind: false, suspend: false };
  const statuses: OrchestrationStatus[] =
    selection.type === 'all'
      ? (Object.keys(state.counts ?? {}) as OrchestrationStatus[])
      : state.rows.filter((row) => selection.ids.has(row.instanceId)).map((row) => row.runtimeStatus);
  const [left, right, more] = selection.type === 'all' ? [] : selection.ids;
  const pair: [string, string] | null =
    state.hello?.canCompare !== true || left === undefined || right === undefined || more !== undefined ? null : [left, right];
  const things = `${count.toLocaleString('en')} ${count === 1 ? 'instance' : 'instances'}`;

  const run = async (chosen: (typeof actions)[number], reason: string | null): Promise<void> => {
    setAsking(null);
    setBusy(true);
    const target: BulkTarget =
      selection.type === 'all' ? { type: 'filter', filter: state.filter } : { type: 'ids', instanceIds: [...selection.ids] };
    const result = await store.act(chosen.action, target, reason);
    setBusy(false);
    const failed = result.failed ?? [];
    const first = failed[0];
    if (result.ok && first === undefined) {
      tell({ kind: 'info', text: result.message ?? `${(result.done ?? count).toLocaleString('en')} ${chosen.done}.` });
      onDone();
      return;
    }
    if (first === undefined && result.message === undefined) return; // The user was asked and declined.
    const why = first === undefined ? (result.message ?? 'It could not be done.') : `${first.instanceId}: ${first.message}`;
    const more = failed.length > 1 ? ` (and ${failed.length - 1} more)` : '';
    tell({ kind: 'warning', text: `${(result.done ?? 0).toLocaleString('en')} ${chosen.done}. ${why}${more}` });
  };

  return (
    <div class="bulk-bar" role="toolbar" aria-label="Selected instances">
      <span class="bulk-count" aria-live="polite">
        {things} selected
      </span>
      {actions.map((each) => (
        <IconButton
          key={each.action}
          icon={each.icon}
          label={`${each.verb} the selected instances`}
          text={each.verb}
          disabled={busy || !state.connected || !isActionEnabledForAny(each.action, statuses, capabilities)}
          onClick={() => {
            // The host asks about a purge.
            if (each.action === 'purge') void run(each, null);
            else setAsking(each);
          }}
        />
      ))}
      {pair === null ? null : (
        <IconButton
          icon="diff"
          label="Show both instances side by side"
          text="Compare"
          onClick={() => transport.send({ type: 'compare', instanceIds: pair })}
        />
      )}
      <span class="toolbar-gap" />
      <IconButton icon="close" label="Clear the selection" onClick={onDone} />
      {asking === null ? null : (
        <AskDialog
          title={`${asking.verb} ${things}?`}
          verb={asking.verb}
          reason={asking.reason}
          onAnswer={(reason) => void run(asking, reason)}
          onCancel={() => setAsking(null)}
        >
          {asking.text} {asking.action === 'restart' ? '' : 'Those that cannot be are left as they are.'}
        </AskDialog>
      )}
    </div>
  );
}
