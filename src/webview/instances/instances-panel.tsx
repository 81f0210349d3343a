import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import * as z from 'zod';
import { countText } from '../../base/count-text';
import type { OrchestrationStatus } from '../../core/values/status';
import { fromTimestamp, toTimestamp } from '../../core/values/time';
import { instanceFilter, instanceOrder, type InstanceFilter, type InstanceOrder } from '../../protocol/instances-panel';
import { statusIcons } from '../../protocol/status-icons';
import { withoutParts } from '../models/instance-list';
import { nothingSelected, selectedCount, withoutGone, type Selection } from '../models/selection';
import type { InstancesState, InstancesStore } from '../state/instances-state';
import type { ViewMemory } from '../state/view-memory';
import type { PanelTransport } from '../transport/panel-transport';
import type { Notice } from '../instance/panel-context';
import { AccessSign } from '../ui/access-sign';
import { useHubNow, useStore } from '../ui/hooks';
import { Icon } from '../ui/icon';
import { IconButton } from '../ui/icon-button';
import { MenuButton } from '../ui/menu';
import { Banner, EmptyState, Loading, NotConnected, NotLive } from '../ui/message';
import { statusOrder, statusTitle } from '../ui/status-badge';
import { FilterField, ToolbarEnd } from '../ui/toolbar';
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
  const isAttached = hello?.capabilities.counts === 'onRequest';
  // Nobody knows the names of an attached hub's orchestrators but by its instances.
  const known = [...new Set([...(hello?.names ?? []), ...names, ...(isAttached ? rows.map(({ name }) => name) : [])])]
    .filter((name) => name !== '' && !name.startsWith('@'))
    .sort();
  const isPart = isAttached && state.counting !== null;
  const isFiltered = Object.keys(filter).length > 0;
  const inList = counts === null ? total : statusOrder.reduce((sum, status) => sum + (counts[status] ?? 0), 0);

  return (
    <main class="panel instances-panel">
      {state.problem === null || state.isLoading ? null : (
        <NotLive problem={state.problem} canStart={state.canStart} transport={transport} />
      )}
      {notice === null ? null : (
        <Banner kind={notice.kind} onClose={() => setNotice(null)}>
          {notice.text}
        </Banner>
      )}
      {isAttached && state.isInIdOrder ? (
        <Banner kind="info">
          In the order of ids: these are too many for another order. Filter them, and they can be sorted.
        </Banner>
      ) : null}
      <header class="instances-header">
        <div class="title-line">
          <h1>Instances</h1>
          {hello === null || hello.hub === '' ? null : <span class="quiet-text">{hello.hub}</span>}
          <div class="actions">
            {hello === null ? null : <AccessSign {...hello.capabilities} />}
            {transport.place === 'editor' && !isAttached ? (
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
            All {isAttached && counts === null ? null : <strong>{`${inList.toLocaleString('en')}${isPart ? '+' : ''}`}</strong>}
          </button>
          {statusOrder
            .filter(
              (status) => (isAttached && (counts === null || isPart)) || (counts?.[status] ?? 0) > 0 || chosen.includes(status),
            )
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
                {isAttached && counts === null ? null : <strong>{(counts?.[status] ?? 0).toLocaleString('en')}</strong>}
              </button>
            ))}
          {isAttached ? <CountButton state={state} store={store} /> : null}
        </div>
        <div class="toolbar" role="toolbar" aria-label="Instances">
          <FilterField
            label="Search in ids, names, statuses, outputs and failures"
            placeholder="Search ids, names, outputs, failures"
            text={filter.text ?? ''}
            onText={setText}
          />
          <MenuButton
            icon={names.length === 0 ? 'symbol-method' : 'filter-filled'}
            label="Filter by orchestrator"
            text={
              names.length === 0 ? 'All orchestrators' : names.length === 1 ? (names[0] ?? '') : `${names.length} orchestrators`
            }
            items={[
              { label: 'All orchestrators', icon: 'clear-all', onSelect: () => setNames([]) },
              ...known.map((name) => ({
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
          {isAttached ? <CreatedMenu filter={filter} nowMs={nowMs} onShow={(next) => show(next)} /> : null}
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
          <ToolbarEnd
            count={state.hasMore ? `The first ${rows.length.toLocaleString('en')} instances` : countText(total, 'instance')}
          >
            {isAttached ? null : (
              <IconButton
                icon="graph"
                label="Chart of the creation times"
                pressed={showChart}
                onClick={() => setShowChart(!showChart)}
              />
            )}
          </ToolbarEnd>
        </div>
      </header>
      {showChart && histogram !== null && histogram.buckets.length > 0 ? (
        <CreationHistogram histogram={histogram} range={range} onRange={setRange} />
      ) : null}
      {state.isLoading && state.problem !== null ? (
        <NotConnected problem={state.problem} canStart={state.canStart} transport={transport} />
      ) : state.isLoading ? (
        <Loading text="Reading the instances…" />
      ) : total === 0 ? (
        <Nothing isFiltered={isFiltered} isAttached={isAttached} onClear={() => show({})} transport={transport} />
      ) : (
        <InstancesTable
          rows={rows}
          total={total}
          order={state.isInIdOrder ? byId : order}
          onOrder={(next) => show(filter, next)}
          selection={selection}
          onSelection={setSelection}
          isAttached={isAttached}
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

function CountButton({ state, store }: { state: InstancesState; store: InstancesStore }): JSX.Element {
  const { counting } = state;
  if (counting === 'counting') {
    return <IconButton icon="debug-stop" label="Stop counting" text="Counting… Stop" onClick={() => store.stopCounting()} />;
  }
  return (
    <IconButton
      icon="symbol-numeric"
      label="Count the instances by status: reads every row of the hub"
      text={counting === 'stopped' ? 'Counted in part. Count again' : state.counts === null ? 'Count' : 'Count again'}
      onClick={() => store.count()}
    />
  );
}

/** What the hub has made of another order. */
const byId: InstanceOrder = { orderBy: 'instanceId', descending: false };

const spans: readonly [string, number][] = [
  ['Created in the last hour', 3_600_000],
  ['Created in the last 24 hours', 24 * 3_600_000],
  ['Created in the last 7 days', 7 * 24 * 3_600_000],
];

function CreatedMenu(props: { filter: InstanceFilter; nowMs: number; onShow: (filter: InstanceFilter) => void }): JSX.Element {
  const rest = withoutParts(props.filter, 'createdTimeFrom', 'createdTimeTo');
  const from = props.filter.createdTimeFrom;
  return (
    <MenuButton
      icon={from === undefined ? 'calendar' : 'filter-filled'}
      label="Filter by the time of creation"
      text={from === undefined ? 'Any time' : `From ${from.slice(0, 16).replace('T', ' ')}`}
      items={[
        { label: 'Any time', icon: 'clear-all', onSelect: () => props.onShow(rest) },
        ...spans.map(([label, ms]) => ({
          label,
          onSelect: () => props.onShow({ ...rest, createdTimeFrom: toTimestamp(Math.floor(props.nowMs - ms)) }),
        })),
      ]}
    />
  );
}

function Nothing(props: {
  isFiltered: boolean;
  isAttached: boolean;
  onClear: () => void;
  transport: PanelTransport;
}): JSX.Element {
  if (props.isFiltered) {
    return (
      <EmptyState icon="search" title="No instance matches the filters">
        <button type="button" class="link" onClick={props.onClear}>
          Clear the filters
        </button>
      </EmptyState>
    );
  }
  if (props.isAttached) return <EmptyState icon="rocket" title="No instances yet" />;
  return (
    <EmptyState icon="rocket" title="No instances yet">
      <button type="button" class="link" onClick={() => props.transport.send({ type: 'startInstance' })}>
        Start one
      </button>
    </EmptyState>
  );
}
