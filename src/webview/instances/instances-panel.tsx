import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import * as z from 'zod';
import type { OrchestrationStatus } from '../../core/values/status';
import { fromTimestamp, toTimestamp } from '../../core/values/time';
import { instanceFilter, instanceOrder, type InstanceFilter, type InstanceOrder } from '../../protocol/instances-panel';
import { withoutParts } from '../models/instance-list';
import { nothingSelected, selectedCount, withoutGone, type Selection } from '../models/selection';
import type { InstancesStore } from '../state/instances-state';
import type { ViewMemory } from '../state/view-memory';
import type { PanelTransport } from '../transport/panel-transport';
import type { Notice } from '../instance/panel-context';
import { fieldValue } from '../ui/elements';
import { useHubNow, useStore } from '../ui/hooks';
import { Icon } from '../ui/icon';
import { IconButton } from '../ui/icon-button';
import { MenuButton } from '../ui/menu';
import { Banner, EmptyState, Loading, NotConnected } from '../ui/message';
import { statusIcons, statusOrder, statusTitle } from '../ui/status-badge';
import { useRemembered } from '../ui/use-remembered';
import { BulkBar } from './bulk-bar';
import { CreationHistogram, type TimeRange } from './creation-histogram';
import { InstancesTable } from './instances-table';
import { SavedFilters } from './saved-filters';

interface InstancesPanelProps {
  store: InstancesStore;
  transport: PanelTransport;
  memory: ViewMemory;
}

export const rememberedFilter = instanceFilter;
export const rememberedOrder = instanceOrder;

export function InstancesPanel({ store, transport, memory }: InstancesPanelProps): JSX.Element {
  const state = useStore(store.state);
  const [showChart, setShowChart] = useRemembered(memory, 'chart', z.boolean(), true);
  const [picked, setSelection] = useState<Selection>(nothingSelected);
  const [notice, setNotice] = useState<Notice | null>(null);
  const nowMs = useHubNow(true, state.clockOffsetMs, 1000);
  const { filter, order, rows, total, counts, hello, histogram } = state;
  const loaded = new Set(rows.map((row) => row.instanceId));
  const selection = withoutGone(picked, (id) => loaded.has(id));

  const show = (nextFilter: InstanceFilter, nextOrder: InstanceOrder = order): void => {
    memory.write('filter', nextFilter);
    memory.write('order', nextOrder);
    if (nextFilter !== filter) setSelection(nothingSelected);
    store.show(nextFilter, nextOrder);
  };
  const chosen = filter.statuses ?? [];
  const toggleStatus = (status: OrchestrationStatus): void => {
    const statuses = chosen.includes(status) ? chosen.filter((each) => each !== status) : [...chosen, status];
    const rest = withoutParts(filter, 'statuses');
    show(statuses.length === 0 ? rest : { ...rest, statuses });
  };
  const setText = (text: string): void => {
    const rest = withoutParts(filter, 'text');
    show(text === '' ? rest : { ...rest, text });
  };
  const setNames = (names: string[]): void => {
    const rest = withoutParts(filter, 'names');
    show(names.length === 0 ? rest : { ...rest, names });
  };
  const setRange = (range: TimeRange | null): void => {
    const rest = withoutParts(filter, 'createdTimeFrom', 'createdTimeTo');
    show(
      range === null
        ? rest
        : { ...rest, createdTimeFrom: toTimestamp(Math.floor(range.fromMs)), createdTimeTo: toTimestamp(Math.ceil(range.toMs)) },
    );
  };
  const range =
    filter.createdTimeFrom === undefined || filter.createdTimeTo === undefined
      ? null
      : { fromMs: fromTimestamp(filter.createdTimeFrom), toMs: fromTimestamp(filter.createdTimeTo) };
  const names = filter.names ?? [];
  const isFiltered = Object.keys(filter).length > 0;
  const inList = counts === null ? total : statusOrder.reduce((sum, status) => sum + (counts[status] ?? 0), 0);

  return (
    <main class="panel instances-panel">
      {state.problem === null || state.isLoading ? null : <Banner kind="warning">{state.problem}</Banner>}
      {notice === null ? null : (
        <Banner kind={notice.kind} onClose={() => setNotice(null)}>
          {notice.text}
        </Banner>
      )}
      <header class="instances-header">
        <div class="title-line">
          <h1>Instances</h1>
          {hello === null || hello.hub === '' ? null : <span class="quiet-text">{hello.hub}</span>}
          <div class="actions">
            {transport.place === 'editor' ? (
              <vscode-button onClick={() => transport.send({ type: 'startInstance' })}>Start instance…</vscode-button>
            ) : null}
          </div>
        </div>
        <div class="chips" role="group" aria-label="Filter by status">
          <button
            type="button"
            class="chip"
            aria-pressed={chosen.length === 0}
            onClick={() => show(withoutParts(filter, 'statuses'))}
          >
            All <strong>{inList.toLocaleString('en')}</strong>
          </button>
          {statusOrder
            .filter((status) => (counts?.[status] ?? 0) > 0 || chosen.includes(status))
            .map((status) => (
              <button
                key={status}
                type="button"
                class={`chip status-${status}`}
                aria-pressed={chosen.includes(status)}
                data-status={status}
                onClick={() => toggleStatus(status)}
              >
                <Icon name={statusIcons[status]} /> {statusTitle(status)}{' '}
                <strong>{(counts?.[status] ?? 0).toLocaleString('en')}</strong>
              </button>
            ))}
        </div>
        <div class="toolbar" role="toolbar" aria-label="Instances">
          <vscode-textfield
            class="filter"
            type="search"
            label="Search in ids, names, statuses, outputs and failures"
            placeholder="Search ids, names, outputs, failures"
            value={filter.text ?? ''}
            onInput={(event: Event) => setText(fieldValue(event))}
          />
          <MenuButton
            icon={names.length === 0 ? 'symbol-method' : 'filter-filled'}
            label="Filter by orchestrator"
            text={
              names.length === 0 ? 'All orchestrators' : names.length === 1 ? (names[0] ?? '') : `${names.length} orchestrators`
            }
            items={[
              { label: 'All orchestrators', icon: 'clear-all', onSelect: () => setNames([]) },
              ...(hello?.names ?? []).map((name) => ({
                label: name,
                checked: names.includes(name),
                onSelect: () => setNames(names.includes(name) ? names.filter((each) => each !== name) : [...names, name]),
              })),
            ]}
          />
          <IconButton
            icon="type-hierarchy"
            label="Leave out sub-orchestrations"
            text="Roots only"
            pressed={filter.rootsOnly === true}
            onClick={() => {
              const rest = withoutParts(filter, 'rootsOnly');
              show(filter.rootsOnly === true ? rest : { ...rest, rootsOnly: true });
            }}
          />
          {hello?.capabilities.entities === true ? (
            <IconButton
              icon="symbol-object"
              label="Show entities among the instances"
              text="Entities"
              pressed={filter.entities === 'include'}
              onClick={() => {
                const rest = withoutParts(filter, 'entities');
                show(filter.entities === 'include' ? rest : { ...rest, entities: 'include' });
              }}
            />
          ) : null}
          <SavedFilters memory={memory} filter={filter} onShow={(next) => show(next)} />
          <span class="toolbar-gap" />
          <span class="row-count" aria-live="polite">
            {total.toLocaleString('en')} {total === 1 ? 'instance' : 'instances'}
          </span>
          <IconButton
            icon="graph"
            label="Chart of the creation times"
            pressed={showChart}
            onClick={() => setShowChart(!showChart)}
          />
        </div>
      </header>
      {showChart && histogram !== null && histogram.buckets.length > 0 ? (
        <CreationHistogram histogram={histogram} range={range} onRange={setRange} />
      ) : null}
      {state.isLoading && state.problem !== null ? (
        <NotConnected problem={state.problem} />
      ) : state.isLoading ? (
        <Loading text="Reading the instances…" />
      ) : total === 0 ? (
        <Nothing isFiltered={isFiltered} onClear={() => show({})} transport={transport} />
      ) : (
        <InstancesTable
          rows={rows}
          total={total}
          order={order}
          onOrder={(next) => show(filter, next)}
          selection={selection}
          onSelection={setSelection}
          onOpen={(instanceId, isPreview) =>
            transport.send({ type: 'openInstance', instanceId, ...(isPreview ? { isPreview } : {}) })
          }
          onWant={(position) => store.want(position)}
          nowMs={nowMs}
        />
      )}
      {selectedCount(selection, total) === 0 ? null : (
        <BulkBar
          state={state}
          store={store}
          selection={selection}
          transport={transport}
          onDone={() => setSelection(nothingSelected)}
          tell={setNotice}
        />
      )}
    </main>
  );
}

function Nothing(props: { isFiltered: boolean; onClear: () => void; transport: PanelTransport }): JSX.Element {
  if (props.isFiltered) {
    return (
      <EmptyState icon="search" title="No instance matches the filters">
        <button type="button" class="link" onClick={props.onClear}>
          Clear the filters
        </button>
      </EmptyState>
    );
  }
  return (
    <EmptyState icon="rocket" title="No instances yet">
      <button type="button" class="link" onClick={() => props.transport.send({ type: 'startInstance' })}>
        Start one
      </button>
    </EmptyState>
  );
}
