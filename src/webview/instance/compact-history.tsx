import type { JSX } from 'preact';
import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import * as z from 'zod';
import { countText } from '../../base/count-text';
import { isTerminal } from '../../core/values/status';
import { CompactHistory, type Operation } from '../../core/history/compact-history';
import { shownOperations, type OperationOrder } from '../models/shown-operations';
import { dateTimeText, durationText } from '../models/time-text';
import { Icon } from '../ui/icon';
import { IconButton } from '../ui/icon-button';
import { InstanceId } from '../ui/instance-id';
import { memo } from '../ui/memo';
import { EmptyState } from '../ui/message';
import { SortButton } from '../ui/sort-button';
import { FilterField, ToolbarEnd } from '../ui/toolbar';
import { useRemembered } from '../ui/use-remembered';
import { useVirtualRows } from '../ui/virtual-rows';
import { OperationDetail } from './operation-detail';
import { operationIcons, operationKinds } from './operation-kinds';
import type { InstanceParts } from './panel-context';

const orderShape = z.object({ by: z.enum(['start', 'name', 'queued', 'run']), descending: z.boolean() });
type Order = z.infer<typeof orderShape>;
const rowHeight = 24;
const headerHeight = 26;

const columns: readonly { id: OperationOrder | 'outcome'; title: string; hint: string }[] = [
  { id: 'name', title: 'Operation', hint: 'What was called, by name' },
  { id: 'outcome', title: 'Input → result', hint: 'What it was given, and what it gave or why it failed' },
  { id: 'queued', title: 'Queued', hint: 'How long no worker had it' },
  { id: 'run', title: 'Ran', hint: 'How long it took from then on' },
  {
    id: 'start',
    title: 'At',
    hint: 'When it was begun, from the start of the instance; the order of the rows unless another is chosen',
  },
];

interface CompactHistoryProps {
  parts: InstanceParts;
  /** Compact or as stored. */
  choice: JSX.Element;
  /** Shows a row of the stored history. */
  onRow: (at: number) => void;
}

/** One row an operation. Keys: arrows, Page Up/Down, Home, End, Enter for the detail, Ctrl+C for the row. */
export function CompactHistoryView({ parts, choice, onRow }: CompactHistoryProps): JSX.Element {
  const { state, instance, memory } = parts;
  const [text, setText] = useRemembered(memory, 'historyText', z.string(), '');
  const [failedOnly, setFailedOnly] = useRemembered(memory, 'historyFailedOnly', z.boolean(), false);
  const [order, setOrder] = useRemembered<Order>(memory, 'operationOrder', orderShape, { by: 'start', descending: false });
  const [follow, setFollow] = useState(!isTerminal(instance.runtimeStatus));
  const [cursor, setCursor] = useState<number | null>(null);
  const [detailAt, setDetailAt] = useState<number | null>(null);
  const model = useRef(new CompactHistory()).current;
  const scroller = useRef<HTMLDivElement>(null);
  const { all, shown } = useMemo(() => {
    const operations = model.update(state.historyKey, state.events);
    return { all: operations, shown: shownOperations(operations, { text, failedOnly }, order) };
  }, [state.historyKey, state.historyVersion, text, failedOnly, order]);
  const virtual = useVirtualRows({ count: shown.length, rowHeight, scroller, headerHeight });
  const lastTop = useRef(0);
  useLayoutEffect(() => {
    if (follow && scroller.current !== null) scroller.current.scrollTop = scroller.current.scrollHeight;
  }, [follow, shown.length, state.historyVersion]);
  // By its first row: the list may be sorted anew.
  const place = cursor === null ? -1 : shown.findIndex((each) => each.rows[0] === cursor);
  const detail = detailAt === null ? undefined : all.find((each) => each.rows[0] === detailAt);

  const select = (at: number | undefined, opens: boolean): void => {
    if (at === undefined) return;
    if (follow) setFollow(false);
    setCursor(at);
    if (opens || detailAt !== null) setDetailAt(at);
  };
  const go = (to: number): void => {
    const next = Math.min(Math.max(to, 0), shown.length - 1);
    select(shown[next]?.rows[0], false);
    virtual.scrollTo(next);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const page = Math.max(1, Math.floor(((scroller.current?.clientHeight ?? 0) - headerHeight) / rowHeight) - 1);
    const to: Record<string, number> = {
      ArrowDown: place + 1,
      ArrowUp: place - 1,
      PageDown: place + page,
      PageUp: place - page,
      Home: 0,
      End: shown.length - 1,
    };
    const target = to[event.key];
    if (target !== undefined) {
      event.preventDefault();
      go(target);
    } else if ((event.key === 'Enter' || event.key === ' ') && cursor !== null) {
      event.preventDefault();
      setDetailAt(detailAt === cursor ? null : cursor);
    } else if (event.key === 'Escape' && detailAt !== null) {
      setDetailAt(null);
    } else if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'c' && shown[place] !== undefined) {
      event.preventDefault();
      parts.transport.send({ type: 'copyText', text: rowText(shown[place]) });
    }
  };
  const sortBy = (by: OperationOrder): void =>
    setOrder({ by, descending: order.by === by ? !order.descending : by === 'queued' || by === 'run' });

  return (
    <>
      <div class="toolbar" role="toolbar" aria-label="History">
        {choice}
        <FilterField label="Filter operations by text" placeholder="Filter operations (Ctrl+F)" text={text} onText={setText} />
        <IconButton
          icon="error"
          label="Failed only"
          text="Failed only"
          pressed={failedOnly}
          onClick={() => setFailedOnly(!failedOnly)}
        />
        <ToolbarEnd
          count={[
            shown.length === all.length ? '' : `${shown.length.toLocaleString('en')} of `,
            countText(all.length, 'operation'),
            state.events.length < state.historyTotal
              ? ` in ${state.events.length.toLocaleString('en')} of ${state.historyTotal.toLocaleString('en')} rows…`
              : '',
          ].join('')}
        >
          <IconButton icon="arrow-down" label="Follow the newest rows" pressed={follow} onClick={() => setFollow(!follow)} />
        </ToolbarEnd>
      </div>
      {state.events.length === 0 ? (
        <EmptyState icon="history" title="No history yet">
          {instance.runtimeStatus === 'Pending' ? 'The instance has not started.' : 'Operations appear here as they are written.'}
        </EmptyState>
      ) : shown.length === 0 ? (
        <EmptyState
          icon="search"
          title={failedOnly && text.trim() === '' ? 'Nothing has failed' : 'No operation matches the filters'}
        >
          <button
            type="button"
            class="link"
            onClick={() => {
              setText('');
              setFailedOnly(false);
            }}
          >
            Clear the filters
          </button>
        </EmptyState>
      ) : (
        <div class="grid-frame">
          <div
            ref={scroller}
            class="grid compact-grid"
            role="grid"
            aria-label="History, one row an operation"
            aria-rowcount={shown.length + 1}
            aria-activedescendant={place < 0 ? undefined : `operation-${cursor}`}
            tabIndex={0}
            onKeyDown={onKeyDown}
            onScroll={() => {
              const top = scroller.current?.scrollTop ?? 0;
              if (top < lastTop.current - 1 && follow && !virtual.atEnd()) setFollow(false);
              lastTop.current = top;
            }}
          >
            <div class="grid-header compact-columns" role="row" aria-rowindex={1}>
              {columns.map(({ id, title, hint }) => (
                <span
                  key={id}
                  role="columnheader"
                  class={`grid-head compact-${id}`}
                  title={hint}
                  aria-sort={order.by === id ? (order.descending ? 'descending' : 'ascending') : undefined}
                >
                  {id === 'outcome' ? (
                    title
                  ) : (
                    <SortButton
                      title={title}
                      direction={
                        order.by === id && (id !== 'start' || order.descending)
                          ? order.descending
                            ? 'descending'
                            : 'ascending'
                          : null
                      }
                      onSort={() => sortBy(id)}
                    />
                  )}
                </span>
              ))}
            </div>
            <div
              class="grid-rows"
              role="presentation"
              style={{ height: `${virtual.totalSize}px` }}
              onClick={(event) => {
                const { target } = event;
                const link = target instanceof Element ? target.closest<HTMLElement>('.operation-link') : null;
                const id = link?.dataset['instance'];
                if (id !== undefined) {
                  parts.transport.send({ type: 'openInstance', instanceId: id });
                  return;
                }
                const row = target instanceof Element ? target.closest('[role="row"]')?.id : undefined;
                if (row !== undefined) select(Number(row.slice('operation-'.length)), true);
              }}
            >
              {virtual.items.map((item) => {
                const operation = shown[item.index];
                return operation === undefined ? null : (
                  <OperationRow
                    key={operation.rows[0]}
                    operation={operation}
                    version={operation.version}
                    place={item.index}
                    start={item.start}
                    fromMs={model.startMs}
                    selected={operation.rows[0] === cursor}
                  />
                );
              })}
            </div>
          </div>
        </div>
      )}
      {detail === undefined ? null : (
        <OperationDetail key={detail.rows[0]} operation={detail} parts={parts} onRow={onRow} onClose={() => setDetailAt(null)} />
      )}
    </>
  );
}

interface OperationRowProps {
  operation: Operation;
  /** Its rows change in place: drawn again when this has changed. */
  version: number;
  place: number;
  start: number;
  fromMs: number;
  selected: boolean;
}

const OperationRow = memo((props: OperationRowProps): JSX.Element => {
  const { operation, place, start, fromMs, selected } = props;
  const { kind, name, state, attempts, instanceId, queuedMs, runMs, note } = operation;
  const links = instanceId !== null && (kind === 'child' || kind === 'start' || kind === 'entity' || kind === 'sent');
  return (
    <div
      id={`operation-${operation.rows[0]}`}
      class={`grid-row compact-columns operation-${state} operation-kind-${kind} ${selected ? 'selected cursor-row' : ''}`}
      role="row"
      aria-rowindex={place + 2}
      aria-selected={selected}
      style={{ transform: `translateY(${start}px)` }}
    >
      <span class="grid-cell compact-name" role="gridcell" title={`${operationKinds[kind]} ${name}`}>
        <Icon name={state === 'failed' ? 'error' : operationIcons[kind]} />
        <span class="sr-only">{operationKinds[kind]}</span> <span class="operation-name">{name}</span>
        {attempts > 1 ? (
          <span class="pill" title={`${attempts} attempts`}>
            {attempts}×
          </span>
        ) : null}
        {note === null ? null : (
          <span class="operation-note" title={note}>
            <Icon name="info" />
            <span class="sr-only">{note}</span>
          </span>
        )}
        {links ? (
          <button type="button" class="link operation-link" tabIndex={-1} data-instance={instanceId} title={`Open ${instanceId}`}>
            {kind === 'start' ? 'from ' : null}
            <InstanceId id={instanceId} title={`Open ${instanceId}`} />
          </button>
        ) : null}
      </span>
      <span class="grid-cell compact-outcome" role="gridcell">
        <Outcome operation={operation} />
      </span>
      <span class="grid-cell compact-queued" role="gridcell">
        {queuedMs === null || queuedMs < 1 ? '' : durationText(queuedMs)}
      </span>
      <span class="grid-cell compact-run" role="gridcell">
        {runMs === null ? '' : durationText(runMs)}
      </span>
      <span class="grid-cell compact-start" role="gridcell" title={dateTimeText(operation.startMs)}>
        +{durationText(Math.max(0, operation.startMs - fromMs))}
      </span>
    </div>
  );
});

function Outcome({ operation }: { operation: Operation }): JSX.Element {
  const { kind, state, input, result, dueMs } = operation;
  const given = input === null || input === '' ? null : cut(input);
  return (
    <>
      {given === null ? null : <span class="operation-input">{given}</span>}
      {state === 'open' ? (
        <em class="quiet-text">{dueMs === null ? 'not answered yet' : `due ${dateTimeText(dueMs)}`}</em>
      ) : state === 'abandoned' ? (
        <em class="quiet-text">not waited for any more</em>
      ) : (
        <>
          {given === null || result === null ? null : <span class="quiet-text"> → </span>}
          {result === null ? (
            <span class="quiet-text">{kind === 'timer' && dueMs !== null ? 'fired' : ''}</span>
          ) : (
            <span class={state === 'failed' ? 'operation-failure' : 'operation-result'}>{cut(result)}</span>
          )}
        </>
      )}
    </>
  );
}

function cut(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

/** Tab-separated, for a table elsewhere. */
function rowText({ kind, name, input, result, queuedMs, runMs, attempts }: Operation): string {
  return [operationKinds[kind], name, input ?? '', result ?? '', queuedMs ?? '', runMs ?? '', attempts].join('\t');
}
