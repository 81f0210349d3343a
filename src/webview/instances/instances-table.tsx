import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { ageText } from '../../base/age';
import { jsonLine } from '../../base/json-text';
import { isTerminal } from '../../core/values/status';
import { fromTimestamp } from '../../core/values/time';
import type { InstanceOrder } from '../../protocol/instances-panel';
import type { InstanceSummary } from '../../protocol/panel-values';
import { isSelected, toggled, withRange, type Selection } from '../models/selection';
import { dateTimeText, durationText } from '../models/time-text';
import { Icon } from '../ui/icon';
import { InstanceId } from '../ui/instance-id';
import { memo } from '../ui/memo';
import { SortButton } from '../ui/sort-button';
import { StatusBadge } from '../ui/status-badge';
import { useVirtualRows } from '../ui/virtual-rows';

interface InstancesTableProps {
  rows: readonly InstanceSummary[];
  /** All rows of the list; those beyond `rows` are not loaded yet. */
  total: number;
  order: InstanceOrder;
  onOrder: (order: InstanceOrder) => void;
  selection: Selection;
  onSelection: (selection: Selection) => void;
  /** Rows of a hub of a real engine: nothing is done to many at once, and the lengths of histories are not known. */
  isAttached?: boolean;
  /** `isPreview`: by a single click. */
  onOpen: (instanceId: string, isPreview: boolean) => void;
  onWant: (position: number) => void;
  nowMs: number;
}

interface Column {
  id: string;
  title: string;
  width: string;
  /** What a click on the head sorts by. */
  orderBy?: InstanceOrder['orderBy'];
  cell: (row: InstanceSummary, nowMs: number) => JSX.Element | string;
}

/** Made once: making one takes longer than drawing a row. */
const numbers = new Intl.NumberFormat('en');

const columns: readonly Column[] = [
  {
    id: 'status',
    title: 'Status',
    width: '124px',
    orderBy: 'runtimeStatus',
    cell: (row) => <StatusBadge status={row.runtimeStatus} quiet />,
  },
  { id: 'name', title: 'Name', width: 'minmax(112px, 1.2fr)', orderBy: 'name', cell: (row) => row.name },
  {
    id: 'instanceId',
    title: 'Instance id',
    width: 'minmax(128px, 1.6fr)',
    orderBy: 'instanceId',
    cell: (row) => <InstanceId id={row.instanceId} />,
  },
  {
    id: 'customStatus',
    title: 'Custom status',
    width: 'minmax(112px, 1.4fr)',
    orderBy: 'customStatus',
    cell: (row) => (row.failure === null ? jsonLine(row.customStatus, 80) : <span class="row-failure">{row.failure}</span>),
  },
  {
    id: 'created',
    title: 'Created',
    width: '156px',
    orderBy: 'createdTime',
    cell: (row) => <span title={row.createdTime}>{dateTimeText(fromTimestamp(row.createdTime))}</span>,
  },
  {
    id: 'updated',
    title: 'Updated',
    width: '84px',
    orderBy: 'lastUpdatedTime',
    cell: (row, nowMs) => <span title={row.lastUpdatedTime}>{ageText(fromTimestamp(row.lastUpdatedTime), nowMs)}</span>,
  },
  {
    id: 'duration',
    title: 'Duration',
    width: '84px',
    orderBy: 'duration',
    cell: (row, nowMs) => {
      const end = row.completedTime ?? (isTerminal(row.runtimeStatus) ? row.lastUpdatedTime : null);
      return durationText((end === null ? nowMs : fromTimestamp(end)) - fromTimestamp(row.createdTime));
    },
  },
  { id: 'events', title: 'Events', width: '76px', orderBy: 'historyLength', cell: (row) => numbers.format(row.historyLength) },
];
const attachedColumns = columns.filter(({ id }) => id !== 'events');
const templates = new Map(
  [columns, attachedColumns].map(
    (each) => [each, `${each === columns ? '40px ' : ''}${each.map(({ width }) => width).join(' ')}`] as const,
  ),
);
const columnsOf = (isAttached: boolean): readonly Column[] => (isAttached ? attachedColumns : columns);
const rowHeight = 26;
const headerHeight = 28;

/** Keys: arrows, Page Up/Down, Home, End; Space picks a row, Shift+Space picks up to it, Ctrl+A all, Enter opens. */
export function InstancesTable(props: InstancesTableProps): JSX.Element {
  const { rows, total, order, selection, isAttached = false } = props;
  const shown = columnsOf(isAttached);
  const template = templates.get(shown) ?? '';
  const onSelection = (next: Selection): void => {
    if (!isAttached) props.onSelection(next);
  };
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualRows({ count: total, rowHeight, scroller, headerHeight });
  const [cursor, setCursor] = useState(-1);
  const anchor = useRef(0);
  const seconds = Math.floor(props.nowMs / 1000);
  const lastShown = virtual.items.at(-1)?.index ?? 0;
  useEffect(() => props.onWant(Math.min(lastShown + 100, total - 1)), [lastShown, total, rows.length]);
  useEffect(() => {
    if (cursor >= total) setCursor(total - 1);
  }, [total]);

  const ids = (): string[] => rows.map((row) => row.instanceId);
  const pick = (position: number, range: boolean): void => {
    const row = rows[position];
    if (row === undefined) return;
    onSelection(range ? withRange(selection, ids(), anchor.current, position) : toggled(selection, row.instanceId, ids()));
    if (!range) anchor.current = position;
  };
  const go = (position: number): void => {
    const next = Math.min(Math.max(position, 0), total - 1);
    setCursor(next);
    virtual.scrollTo(next);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const page = Math.max(1, Math.floor(((scroller.current?.clientHeight ?? 0) - headerHeight) / rowHeight) - 1);
    const to: Record<string, number> = {
      ArrowDown: cursor + 1,
      ArrowUp: cursor - 1,
      PageDown: cursor + page,
      PageUp: cursor - page,
      Home: 0,
      End: total - 1,
    };
    const target = to[event.key];
    const row = rows[cursor];
    if (target !== undefined) go(target);
    else if (event.key === ' ') pick(cursor, event.shiftKey);
    else if (event.key === 'Enter' && row !== undefined) props.onOpen(row.instanceId, false);
    else if (event.key.toLowerCase() === 'a' && (event.ctrlKey || event.metaKey)) onSelection({ type: 'all' });
    else if (event.key === 'Escape') onSelection({ type: 'some', ids: new Set() });
    else return;
    event.preventDefault();
  };
  const sort = (column: Column): void => {
    if (column.orderBy === undefined) return;
    const same = order.orderBy === column.orderBy;
    // Times are wanted newest first, amounts largest first, words from A.
    const first = column.id === 'created' || column.id === 'updated' || column.id === 'duration' || column.id === 'events';
    props.onOrder({ orderBy: column.orderBy, descending: same ? !order.descending : first });
  };
  const picks = selection.type === 'all' ? total : selection.ids.size;
  const mark = picks === 0 ? 'off' : picks >= total ? 'on' : 'some';
  return (
    <div class="grid-frame">
      <div
        ref={scroller}
        class="grid instances-grid"
        role="grid"
        aria-label="Instances"
        aria-multiselectable={!isAttached}
        aria-rowcount={total + 1}
        aria-colcount={shown.length + (isAttached ? 0 : 1)}
        aria-activedescendant={cursor < 0 ? undefined : `instance-row-${cursor}`}
        tabIndex={0}
        onKeyDown={onKeyDown}
      >
        <div class="grid-header" role="row" aria-rowindex={1} style={{ gridTemplateColumns: template }}>
          {isAttached ? null : (
            <span class="grid-head pick" role="columnheader" aria-colindex={1}>
              <button
                type="button"
                class="pick-all"
                role="checkbox"
                aria-checked={mark === 'some' ? 'mixed' : mark === 'on'}
                aria-label="Select all"
                onClick={() => onSelection(mark === 'on' ? { type: 'some', ids: new Set() } : { type: 'all' })}
              >
                <PickMark state={mark} />
              </button>
            </span>
          )}
          {shown.map((column, index) => {
            const sorted = column.orderBy !== undefined && column.orderBy === order.orderBy;
            return (
              <span
                key={column.id}
                class={`grid-head head-${column.id}`}
                role="columnheader"
                aria-colindex={index + (isAttached ? 1 : 2)}
                aria-sort={sorted ? (order.descending ? 'descending' : 'ascending') : undefined}
              >
                {column.orderBy === undefined ? (
                  column.title
                ) : (
                  <SortButton
                    title={column.title}
                    direction={sorted ? (order.descending ? 'descending' : 'ascending') : null}
                    onSort={() => sort(column)}
                  />
                )}
              </span>
            );
          })}
        </div>
        <div
          class="grid-rows"
          role="presentation"
          style={{ height: `${virtual.totalSize}px` }}
          onClick={(event) => {
            const target = placeOf(event.target);
            if (target === null) return;
            setCursor(target.position);
            const row = rows[target.position];
            const extend = event.ctrlKey || event.metaKey || event.shiftKey;
            if (extend || target.cell === 'pick') pick(target.position, event.shiftKey);
            else if (target.cell === 'instanceId' && row !== undefined) props.onOpen(row.instanceId, true);
          }}
          onDblClick={(event) => {
            const target = placeOf(event.target);
            const row = target === null ? undefined : rows[target.position];
            if (row !== undefined && target?.cell !== 'pick') props.onOpen(row.instanceId, false);
          }}
        >
          {virtual.items.map((item) => {
            const row = rows[item.index];
            return (
              <InstanceRow
                key={item.index}
                row={row}
                position={item.index}
                start={item.start}
                picked={row !== undefined && isSelected(selection, row.instanceId)}
                isCursor={item.index === cursor}
                isAttached={isAttached}
                nowMs={seconds * 1000}
              />
            );
          })}
        </div>
      </div>
    </div>
  );
}

interface InstanceRowProps {
  /** Undefined: not loaded yet. */
  row: InstanceSummary | undefined;
  position: number;
  start: number;
  picked: boolean;
  isCursor: boolean;
  isAttached: boolean;
  nowMs: number;
}

const InstanceRow = memo(({ row, position, start, picked, isCursor, isAttached, nowMs }: InstanceRowProps): JSX.Element => (
  <div
    id={`instance-row-${position}`}
    class={`grid-row ${picked ? 'selected' : ''} ${isCursor ? 'cursor-row' : ''} ${row === undefined ? 'missing' : ''}`}
    role="row"
    aria-rowindex={position + 2}
    aria-selected={picked}
    data-position={position}
    data-instance-id={row?.instanceId}
    style={{ gridTemplateColumns: templates.get(columnsOf(isAttached)) ?? '', transform: `translateY(${start}px)` }}
  >
    {isAttached ? null : (
      <span class="grid-cell pick" role="gridcell" aria-colindex={1} data-cell="pick">
        {row === undefined ? null : <PickMark state={picked ? 'on' : 'off'} />}
      </span>
    )}
    {columnsOf(isAttached).map((column, index) => (
      <span
        key={column.id}
        class={`grid-cell cell-${column.id}`}
        role="gridcell"
        aria-colindex={index + (isAttached ? 1 : 2)}
        data-cell={column.id}
      >
        {row === undefined ? <span class="skeleton" /> : column.cell(row, nowMs)}
      </span>
    ))}
  </div>
));

/** The row and cell that something was done to. The id opens on its text only, not on the blank beside it. */
function placeOf(target: EventTarget | null): { position: number; cell: string } | null {
  if (!(target instanceof Element)) return null;
  const row = target.closest<HTMLElement>('[data-position]');
  const cell = target.closest<HTMLElement>('[data-cell]')?.dataset['cell'] ?? '';
  if (row === null) return null;
  return {
    position: Number(row.dataset['position']),
    cell: cell === 'instanceId' && target.closest('code') === null ? '' : cell,
  };
}

function PickMark({ state }: { state: 'on' | 'some' | 'off' }): JSX.Element {
  return (
    <span class={`pick-mark pick-${state}`}>{state === 'off' ? null : <Icon name={state === 'on' ? 'check' : 'dash'} />}</span>
  );
}
