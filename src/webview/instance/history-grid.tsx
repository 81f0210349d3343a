import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { HistoryEvent } from '../../core/history/history';
import { cellText, derivedText, shownText, type HistoryColumn } from '../models/history-columns';
import { csvField } from '../models/history-export';
import { shortTimestamp } from '../models/time-text';
import { Menu } from '../ui/menu';
import { useDismiss } from '../ui/hooks';
import { memo } from '../ui/memo';
import { useVirtualRows } from '../ui/virtual-rows';

export interface Cursor {
  /** Position of the row in the commit order. */
  at: number;
  /** Index of the column on screen. */
  column: number;
}

interface HistoryGridProps {
  events: readonly HistoryEvent[];
  version: number;
  rows: readonly number[];
  columns: readonly HistoryColumn[];
  /** The row that each answering row answers. */
  openers: ReadonlyMap<number, number>;
  /** Widths that the user dragged, by column id. */
  widths: Readonly<Record<string, number>>;
  onWidths: (widths: Record<string, number>) => void;
  instanceId: string;
  cursor: Cursor | null;
  detailAt: number | null;
  follow: boolean;
  onFollow: (follow: boolean) => void;
  onCursor: (cursor: Cursor) => void;
  onOpenDetail: (at: number | null) => void;
  onCopy: (text: string) => void;
}

const rowHeight = 24;
const headerHeight = 26;
const numberWidth = 64;
const narrowest = 48;

/**
 * The history table itself: a grid with one cursor, of which only the rows on screen are in the document.
 * Keys: arrows, Page Up/Down, Home, End (with Ctrl: first and last row), Enter for the detail, Ctrl+C for the cell, Ctrl+Shift+C
 * for the row as JSON.
 */
export function HistoryGrid(props: HistoryGridProps): JSX.Element {
  const { events, rows, columns, widths, cursor, follow, onFollow, onCursor, onOpenDetail, instanceId } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const [menu, setMenu] = useState<{ x: number; y: number; cursor: Cursor } | null>(null);
  const virtual = useVirtualRows({ count: rows.length, rowHeight, scroller, headerHeight });
  const width = (column: HistoryColumn): number => widths[column.id] ?? column.width;
  const template = `${numberWidth}px ${columns.map((column) => `${width(column)}px`).join(' ')} minmax(0, 1fr)`;
  const found = cursor === null ? -1 : rows.indexOf(cursor.at);
  const cursorPlace = found < 0 ? undefined : found;

  // Follows the newest row; the user's own scrolling up switches it off, down to the end on again.
  const lastTop = useRef(0);
  useLayoutEffect(() => {
    if (follow && scroller.current !== null) scroller.current.scrollTop = scroller.current.scrollHeight;
  }, [follow, rows.length, props.version]);
  const onScroll = (): void => {
    const top = scroller.current?.scrollTop ?? 0;
    if (top < lastTop.current - 1 && follow && !virtual.atEnd()) onFollow(false);
    lastTop.current = top;
  };
  useEffect(() => {
    if (cursorPlace !== undefined) virtual.scrollTo(cursorPlace);
  }, [cursor?.at]);

  const move = (place: number, column: number): void => {
    const at = rows[Math.min(Math.max(place, 0), rows.length - 1)];
    if (at === undefined) return;
    if (follow) onFollow(false);
    onCursor({ at, column: Math.min(Math.max(column, 0), columns.length - 1) });
    if (props.detailAt !== null) onOpenDetail(at);
  };
  const textOf = (place: Cursor): string => {
    const event = events[place.at];
    const column = columns[place.column];
    return event === undefined || column === undefined ? '' : cellText(event, column.id, instanceId);
  };
  const copyRow = (at: number): void => props.onCopy(JSON.stringify(events[at], null, 2));
  const copyRowCsv = (at: number): void => {
    const event = events[at];
    if (event !== undefined) props.onCopy(columns.map((column) => csvField(cellText(event, column.id, instanceId))).join(','));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const place = cursorPlace ?? 0;
    const column = cursor?.column ?? 0;
    const page = Math.max(1, Math.floor(((scroller.current?.clientHeight ?? 0) - headerHeight) / rowHeight) - 1);
    const jump = event.ctrlKey || event.metaKey;
    if (jump && event.key.toLowerCase() === 'c' && cursor !== null) {
      event.preventDefault();
      if (event.shiftKey) copyRow(cursor.at);
      else props.onCopy(textOf(cursor));
      return;
    }
    const to: Record<string, [number, number]> = {
      ArrowDown: [cursorPlace === undefined ? 0 : place + 1, column],
      ArrowUp: [place - 1, column],
      ArrowRight: [place, column + 1],
      ArrowLeft: [place, column - 1],
      PageDown: [place + page, column],
      PageUp: [place - page, column],
      Home: jump ? [0, 0] : [place, 0],
      End: jump ? [rows.length - 1, columns.length - 1] : [place, columns.length - 1],
    };
    const target = to[event.key];
    if (target !== undefined) {
      event.preventDefault();
      move(...target);
    } else if ((event.key === 'Enter' || event.key === ' ') && cursor !== null) {
      event.preventDefault();
      onOpenDetail(props.detailAt === cursor.at ? null : cursor.at);
    } else if (event.key === 'Escape' && props.detailAt !== null) {
      onOpenDetail(null);
    }
  };
  const closeMenu = (): void => {
    setMenu(null);
    scroller.current?.focus();
  };
  const menuRef = useDismiss(menu !== null, () => setMenu(null));

  return (
    <div class="grid-frame">
      <div
        ref={scroller}
        class="grid history-grid"
        role="grid"
        aria-label="History"
        aria-rowcount={rows.length + 1}
        aria-colcount={columns.length + 1}
        aria-activedescendant={cursorPlace === undefined || cursor === null ? undefined : cellId(cursor.at, cursor.column)}
        tabIndex={0}
        onKeyDown={onKeyDown}
        onScroll={onScroll}
      >
        <div class="grid-header" role="row" aria-rowindex={1} style={{ gridTemplateColumns: template }}>
          <span class="grid-head kind-number" role="columnheader" aria-colindex={1} title="Place in the commit order">
            #
          </span>
          {columns.map((column, index) => (
            <span
              key={column.id}
              class={`grid-head kind-${column.kind} head-${column.id}`}
              role="columnheader"
              aria-colindex={index + 2}
              title={column.hint}
            >
              {column.title}
              <ColumnBorder
                width={width(column)}
                onWidth={(next) => props.onWidths({ ...widths, [column.id]: Math.max(narrowest, Math.round(next)) })}
              />
            </span>
          ))}
        </div>
        <div
          class="grid-rows"
          role="presentation"
          style={{ height: `${virtual.totalSize}px` }}
          onClick={(event) => {
            const target = cellOf(event.target);
            if (target === null) return;
            if (follow) onFollow(false);
            onCursor(target);
            if (props.detailAt !== null) onOpenDetail(target.at);
          }}
          onDblClick={(event) => {
            const target = cellOf(event.target);
            if (target !== null) onOpenDetail(target.at);
          }}
          onContextMenu={(event) => {
            const target = cellOf(event.target);
            if (target === null) return;
            event.preventDefault();
            const box = scroller.current?.parentElement?.getBoundingClientRect();
            onCursor(target);
            setMenu({ x: event.clientX - (box?.left ?? 0), y: event.clientY - (box?.top ?? 0), cursor: target });
          }}
        >
          {virtual.items.map((item) => {
            const at = rows[item.index];
            const event = at === undefined ? undefined : events[at];
            if (at === undefined || event === undefined) return null;
            return (
              <HistoryRow
                key={at}
                event={event}
                opener={events[props.openers.get(at) ?? -1]}
                at={at}
                place={item.index}
                start={item.start}
                template={template}
                columns={columns}
                instanceId={instanceId}
                cursorColumn={at === cursor?.at ? cursor.column : -1}
              />
            );
          })}
        </div>
      </div>
      {menu === null ? null : (
        <div class="context-menu" ref={menuRef} style={{ left: `${menu.x}px`, top: `${menu.y}px` }}>
          <Menu
            label="Row"
            onClose={closeMenu}
            items={[
              { label: 'Show Detail', icon: 'open-preview', onSelect: () => onOpenDetail(menu.cursor.at) },
              { label: 'Copy Cell', icon: 'copy', detail: 'Ctrl+C', onSelect: () => props.onCopy(textOf(menu.cursor)) },
              { label: 'Copy Row as JSON', icon: 'json', detail: 'Ctrl+Shift+C', onSelect: () => copyRow(menu.cursor.at) },
              { label: 'Copy Row as CSV', icon: 'table', onSelect: () => copyRowCsv(menu.cursor.at) },
            ]}
          />
        </div>
      )}
    </div>
  );
}

interface HistoryRowProps {
  event: HistoryEvent;
  opener: HistoryEvent | undefined;
  at: number;
  /** Position among the rows shown. */
  place: number;
  start: number;
  template: string;
  columns: readonly HistoryColumn[];
  instanceId: string;
  /** -1: the cursor is in another row. */
  cursorColumn: number;
}

// Rows hold no listeners and are drawn once: scrolling only adds and takes away.
const HistoryRow = memo((props: HistoryRowProps): JSX.Element => {
  const { event, at, place, columns, instanceId, cursorColumn } = props;
  const selected = cursorColumn >= 0;
  return (
    <div
      class={`grid-row type-${rowTone(event)} ${selected ? 'selected' : ''}`}
      role="row"
      aria-rowindex={place + 2}
      aria-selected={selected}
      style={{ gridTemplateColumns: props.template, transform: `translateY(${props.start}px)` }}
    >
      <span class="grid-cell kind-number row-number" role="rowheader" aria-colindex={1}>
        {at + 1}
      </span>
      {columns.map((column, index) => {
        const derived = derivedText(event, props.opener, column.id);
        const text = derived ?? shownText(event, column.id, instanceId);
        const short = text.length > 300 ? `${text.slice(0, 300)}…` : text;
        return (
          <span
            key={column.id}
            id={cellId(at, index)}
            class={`grid-cell kind-${column.kind}${index === cursorColumn ? ' cursor' : ''}${derived === undefined ? '' : ' derived'}`}
            role="gridcell"
            aria-colindex={index + 2}
            data-column={column.id}
            title={short.length > 8 ? short : undefined}
          >
            {column.kind === 'time' ? shortTimestamp(short) : short}
          </span>
        );
      })}
    </div>
  );
});

/** The cell that something was done to, by its id. */
function cellOf(target: EventTarget | null): Cursor | null {
  const id = target instanceof Element ? target.closest('[role="gridcell"]')?.id : undefined;
  const match = /^cell-(\d+)-(\d+)$/.exec(id ?? '');
  return match === null ? null : { at: Number(match[1]), column: Number(match[2]) };
}

function cellId(at: number, column: number): string {
  return `cell-${at}-${column}`;
}

/** The tint of a row: marks step back, failures step forward. */
function rowTone(event: HistoryEvent): string {
  switch (event.EventType) {
    case 'OrchestratorStarted':
    case 'OrchestratorCompleted':
      return 'mark';
    case 'TaskFailed':
    case 'SubOrchestrationInstanceFailed':
    case 'ExecutionTerminated':
      return 'failure';
    case 'ExecutionCompleted':
      return event.OrchestrationStatus === 'Failed' ? 'failure' : 'end';
    case 'ExecutionStarted':
      return 'end';
    default:
      return 'work';
  }
}

/** Drags a column's right border. */
function ColumnBorder({ width, onWidth }: { width: number; onWidth: (width: number) => void }): JSX.Element {
  const start = useRef<{ x: number; width: number } | null>(null);
  return (
    <span
      class="column-border"
      aria-hidden="true"
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        start.current = { x: event.clientX, width };
      }}
      onPointerMove={(event) => {
        if (start.current !== null) onWidth(start.current.width + event.clientX - start.current.x);
      }}
      onPointerUp={() => (start.current = null)}
    />
  );
}
