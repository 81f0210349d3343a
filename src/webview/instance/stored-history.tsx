import type { JSX } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import * as z from 'zod';
import { countText } from '../../base/count-text';
import type { HistoryOrder } from '../../core/history/history-rows';
import { isTerminal } from '../../core/values/status';
import { availableColumns, UsedFields, visibleColumns } from '../models/history-columns';
import { historyCsv, historyJson, savingProblem } from '../models/history-export';
import { HistoryTable } from '../models/history-table';
import { IconButton } from '../ui/icon-button';
import { MenuButton } from '../ui/menu';
import { EmptyState } from '../ui/message';
import { Segments } from '../ui/segments';
import { FilterField, ToolbarEnd } from '../ui/toolbar';
import { useRemembered } from '../ui/use-remembered';
import { HistoryDetail } from './history-detail';
import { HistoryGrid, type Cursor } from './history-grid';
import type { InstanceParts } from './panel-context';

const orderShape = z.enum(['display', 'commit']);
const choiceShape = z.record(z.string(), z.boolean());
const widthsShape = z.record(z.string(), z.number());
const typesShape = z.array(z.string());

interface StoredHistoryProps {
  parts: InstanceParts;
  /** Compact or as stored. */
  choice: JSX.Element;
}

const orders = [
  { id: 'display', title: 'Display order', hint: 'As the documentation shows it: by time, turn by turn' },
  { id: 'commit', title: 'Commit order', hint: 'As it was stored and is replayed' },
] as const;

/** The table of Azure Storage as it is stored. */
export function StoredHistory({ parts, choice: views }: StoredHistoryProps): JSX.Element {
  const { state, instance, memory, transport } = parts;
  const [order, setOrder] = useRemembered<HistoryOrder>(memory, 'historyOrder', orderShape, 'display');
  const [choice, setChoice] = useRemembered(memory, 'historyColumns', choiceShape, {});
  const [widths, setWidths] = useRemembered(memory, 'historyWidths', widthsShape, {});
  const [types, setTypes] = useRemembered(memory, 'historyTypes', typesShape, []);
  const [text, setText] = useRemembered(memory, 'historyText', z.string(), '');
  const [follow, setFollow] = useState(
    !isTerminal(instance.runtimeStatus) && memory.read('historyCursor', z.number().nullable(), null) === null,
  );
  const [failedOnly, setFailedOnly] = useRemembered(memory, 'historyFailedOnly', z.boolean(), false);
  const [begin, setBegin] = useRemembered(memory, 'historyCursor', z.number().nullable(), null);
  // Come from an operation: at its row, once.
  const [cursor, setCursor] = useState<Cursor | null>(begin === null ? null : { at: begin, column: 0 });
  useEffect(() => {
    if (begin !== null) setBegin(null);
  }, []);
  const [detailAt, setDetailAt] = useState<number | null>(null);
  const table = useRef(new HistoryTable()).current;
  const used = useMemo(() => new UsedFields(), [state.historyKey]);

  const rows = useMemo(() => {
    table.setEvents(state.historyKey, state.events);
    used.update(state.events);
    return table.rows(order, { text, types: new Set(types), failedOnly });
  }, [state.historyKey, state.historyVersion, order, text, types, failedOnly]);
  const available = availableColumns(used);
  const availableIds = available.map((column) => column.id).join();
  // The same array while nothing changed, so that rows need not be drawn again.
  const columns = useMemo(() => visibleColumns(available, choice), [availableIds, choice]);
  const shownIds = new Set(columns.map((column) => column.id));
  const filtered = text.trim() !== '' || types.length > 0 || failedOnly;

  const save = async (format: 'json' | 'csv', withKept = false): Promise<void> => {
    const problem = savingProblem(state.events, rows, state.historyShortened);
    if (problem !== null) {
      parts.tell({ kind: 'error', text: problem });
      return;
    }
    const content =
      format === 'json'
        ? historyJson(state.events, rows, withKept)
        : historyCsv(state.events, rows, columns, instance.instanceId);
    const result = await parts.store.saveText(`${instance.instanceId.replaceAll(/[^\w.-]/g, '_')}-history.${format}`, content);
    if (result.message !== undefined) parts.tell({ kind: result.ok ? 'info' : 'error', text: result.message });
  };

  const toggleType = (type: string): void =>
    setTypes(types.includes(type) ? types.filter((each) => each !== type) : [...types, type]);

  return (
    <>
      <div class="toolbar" role="toolbar" aria-label="History">
        {views}
        <FilterField label="Filter rows by text" placeholder="Filter rows (Ctrl+F)" text={text} onText={setText} />
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
        <Segments label="Order of the rows" choices={orders} chosen={order} onChoose={setOrder} />
        <IconButton icon="error" label="Failed only" pressed={failedOnly} onClick={() => setFailedOnly(!failedOnly)} />
        <ToolbarEnd
          count={[
            filtered ? `${rows.length.toLocaleString('en')} of ` : '',
            countText(state.events.length, 'row'),
            state.events.length < state.historyTotal ? ` of ${state.historyTotal.toLocaleString('en')}…` : '',
          ].join('')}
        >
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
              ...(used.has('KeptInput')
                ? [{ label: 'Export with Inputs Kept Here…', icon: 'json', onSelect: () => void save('json', true) }]
                : []),
              { label: 'Export as CSV…', icon: 'table', onSelect: () => void save('csv') },
              { label: 'Open as a Document', icon: 'go-to-file', onSelect: () => transport.send({ type: 'openHistory' }) },
            ]}
          />
        </ToolbarEnd>
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
              setFailedOnly(false);
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
          openers={table.openers()}
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
    </>
  );
}
