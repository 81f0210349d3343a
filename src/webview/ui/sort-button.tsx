import type { JSX } from 'preact';
import { Icon } from './icon';

interface SortButtonProps {
  title: string;
  /** Null: the rows stand in another order. */
  direction: 'ascending' | 'descending' | null;
  onSort: () => void;
}

/** The head of a column by which rows can be sorted. */
export function SortButton({ title, direction, onSort }: SortButtonProps): JSX.Element {
  return (
    <button type="button" class="sort" onClick={onSort}>
      {title}
      {direction === null ? null : <Icon name={direction === 'descending' ? 'arrow-down' : 'arrow-up'} />}
    </button>
  );
}
