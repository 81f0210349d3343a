import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import * as z from 'zod';
import { Segments } from '../ui/segments';
import { useRemembered } from '../ui/use-remembered';
import { CompactHistoryView } from './compact-history';
import type { InstanceParts } from './panel-context';
import { StoredHistory } from './stored-history';

const viewShape = z.enum(['compact', 'stored']);
type HistoryView = z.infer<typeof viewShape>;
const views = [
  { id: 'compact', title: 'Compact', hint: 'One row an operation: result, times, attempts' },
  { id: 'stored', title: 'As stored', hint: 'The table of Azure Storage, row for row' },
] as const;

/** The history, one row an operation or as it is stored; which one was chosen is remembered, for other panels too. Ctrl+F goes to the filter. */
export function HistoryTab({ parts }: { parts: InstanceParts }): JSX.Element {
  const [view, setView] = useRemembered<HistoryView>(parts.memory, 'historyView', viewShape, 'compact');
  const choose = (next: HistoryView): void => {
    setView(next);
    parts.memory.prefer('historyView', next);
  };
  const [, setCursorAt] = useRemembered(parts.memory, 'historyCursor', z.number().nullable(), null);
  const root = useRef<HTMLDivElement>(null);
  const choice = <Segments label="How the history is shown" choices={views} chosen={view} onChoose={choose} />;
  return (
    <div
      class="history"
      ref={root}
      onKeyDown={(event) => {
        if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== 'f') return;
        event.preventDefault();
        root.current?.querySelector<HTMLElement>('.filter')?.focus();
      }}
    >
      {view === 'stored' ? (
        <StoredHistory parts={parts} choice={choice} />
      ) : (
        <CompactHistoryView
          parts={parts}
          choice={choice}
          onRow={(at) => {
            setCursorAt(at);
            setView('stored');
          }}
        />
      )}
    </div>
  );
}
