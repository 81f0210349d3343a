import type { JSX } from 'preact';
import { useMemo, useRef, useState } from 'preact/hooks';
import * as z from 'zod';
import type { HistoryOrder } from '../../core/history/history-rows';
import { isTerminal } from '../../core/values/status';
import { availableColumns, UsedFields, visibleColumns } from '../models/history-columns';
import { historyCsv, historyJson } from '../models/history-export';
import { HistoryTable } from '../models/history-table';
import { fieldValue } from '../ui/elements';
import { IconButton } from '../ui/icon-button';
import { MenuButton } from '../ui/menu';
import { EmptyState } from '../ui/message';
import { useRemembered } from '../ui/use-remembered';
import { HistoryDetail } from './history-detail';
import { HistoryGrid, type Cursor } from './history-grid';
import type { InstanceParts } from './panel-context';

const orderShape = z.enum(['display', 'commit']);
const choiceShape = z.record(z.string(), z.boolean());
const widthsShape = z.record(z.string(), z.number());
const typesShape = z.array(z.string());

export function HistoryTab({ parts }: { parts: InstanceParts }): JSX.Element {
  const { state, instance, memory, transport } = parts;
  const [order, setOrder] = useRemembered<HistoryOrder>(memory, 'historyOrder', orderShape, 'display');
  const [choice, setChoice] = useRemembered(memory, 'historyColumns', choiceShape, {});
  const [widths, setWidths] = useRemembered(memory, 'historyWidths', widthsShape, {});
  const [types, setTypes] = useRemembered(memory, 'historyTypes', typesShape, []);
  const [text, setText] = useRemembered(memory, 'historyText', z.string(), '');
  const [follow, setFollow] = useState(!isTerminal(instance.runtimeStatus));
  const [cursor, setCursor] = useState<Cursor | null>(null);
  const [detailAt, setDetailAt] = useState<number | null>(null);
  const table = useRef(new HistoryTable()).current;
  const used = useMemo(() => new UsedFields(), [state.historyKey]);

  const rows = useMemo(() => {
    table.setEvents(state.historyKey, state.events);
    used.update(state.events);
    return table.rows(order, { text, types: new Set(types) });
  }, [state.historyKey, state.historyVersion, order, text, types]);
  const available = availableColumns(used);
  const availableIds = available.map((column) => column.id).join();
  // The same array while nothing changed, so that rows need not be drawn again.
  const columns = useMemo(() => visibleColumns(available, choice), [availableIds, choice]);
  const shownIds = new Set(columns.map((column) => column.id));
  const filtered = text.trim() !== '' || types.length > 0;

  const save = async (format: 'json' | 'csv'): Promise<void> => {
    const content =
      format === 'json' ? historyJson(state.events, rows) : historyCsv(state.events, rows, columns, instance.instanceId);
    const result = await parts.store.saveText(`${instance.instanceId.replaceAll(/[^\w.-]/g, '_')}-history.${format}`, content);
    if (result.message !== undefined) parts.tell({ kind: result.ok ? 'info' : 'error', text: result.message });
  };

  const toggleType = (type: string): void =>
    setTypes(types.includes(type) ? types.filter((each) => each !== type) : [...types, type]);

  return (
    <div class="history">
      <div class="toolbar" role="toolbar" aria-label="History">
        <vscode-textfield
          class="filter"
          type="search"
          label="Filter rows by text"
          placeholder="Filter rows"
          value={text}
          onInput={(event: Event) => setText(fieldValue(event))}
        />
        <MenuButton
          icon={types.length === 0 ? 'filter' : 'filter-filled'}
          label="Filter by event type"
          text={types.length === 0 ? 'Event types' : `${types.length} of ${table.typeCounts().size} types`}
          items={[
            { label: 'All event types', icon: 'clear-all', onSelect: () => setTypes([]) },
            ...[...table.typeCounts()].map(([type, count]) => ({
              label: type,
              checked: types.includes(type),
              detail: count.toLocaleString('en'),
              onSelect: () => toggleType(type),
            })),
          ]}
        />
        <div class="segments" role="radiogroup" aria-label="Order of the rows">
          {(['display', 'commit'] as const).map((each) => (
            <button
              key={each}
              type="button"
              role="radio"
              aria-checked={order === each}
              tabIndex={order === each ? 0 : -1}
              class="segment"
              title={
                each === 'display' ? 'As the documentation shows it: by time, turn by turn' : 'As it was stored and is replayed'
              }
              onClick={() => setOrder(each)}
              onKeyDown={(event) => {
                if (!event.key.startsWith('Arrow')) return;
                event.preventDefault();
                setOrder(each === 'display' ? 'commit' : 'display');
                const other = event.currentTarget.nextElementSibling ?? event.currentTarget.previousElementSibling;
                (other as HTMLElement | null)?.focus();
              }}
            >
              {each === 'display' ? 'Display order' : 'Commit order'}
            </button>
          ))}
        </div>
        <span class="toolbar-gap" />
        <span class="row-count" aria-live="polite">
          {filtered ? `${rows.length.toLocaleString('en')} of ` : ''}
          {state.events.length.toLocaleString('en')} rows
          {state.events.length < state.historyTotal ? ` of ${state.historyTotal.toLocaleString('en')}…` : ''}
        </span>
        <IconButton icon="arrow-down" label="Follow the newest rows" pressed={follow} onClick={() => setFollow(!follow)} />
        <MenuButton
          icon="list-selection"
          label="Choose columns"
          items={available.map((column) => ({
            label: column.title,
            checked: shownIds.has(column.id),
            ...(column.hint === undefined ? {} : { detail: column.hint }),
            onSelect: () => setChoice({ ...choice, [column.id]: !shownIds.has(column.id) }),
          }))}
        />
        <MenuButton
          icon="export"
          label="Export the rows shown"
          items={[
            { label: 'Export as JSON…', icon: 'json', onSelect: () => void save('json') },
            { label: 'Export as CSV…', icon: 'table', onSelect: () => void save('csv') },
            { label: 'Open as a Document', icon: 'go-to-file', onSelect: () => transport.send({ type: 'openHistory' }) },
          ]}
        />
      </div>
      {state.events.length === 0 ? (
        <EmptyState icon="history" title="No history yet">
          {instance.runtimeStatus === 'Pending' ? 'The instance has not started.' : 'Rows appear here as they are written.'}
        </EmptyState>
      ) : rows.length === 0 ? (
        <EmptyState icon="search" title="No row matches the filters">
          <button
            type="button"
            class="link"
            onClick={() => {
              setText('');
              setTypes([]);
            }}
          >
            Clear the filters
          </button>
        </EmptyState>
      ) : (
        <HistoryGrid
          events={state.events}
          version={state.historyVersion}
          rows={rows}
          columns={columns}
          widths={widths}
          onWidths={setWidths}
          instanceId={instance.instanceId}
          cursor={cursor}
          detailAt={detailAt}
          follow={follow}
          onFollow={setFollow}
          onCursor={setCursor}
          onOpenDetail={setDetailAt}
          onCopy={(copied) => transport.send({ type: 'copyText', text: copied })}
        />
      )}
      {detailAt === null || state.events[detailAt] === undefined ? null : (
        <HistoryDetail
          parts={parts}
          at={detailAt}
          onGoTo={(at) => {
            setDetailAt(at);
            setCursor({ at, column: cursor?.column ?? 0 });
          }}
          onClose={() => setDetailAt(null)}
        />
      )}
    </div>
  );
}
