/** Rows that a user picked: some by id, or all that the filter lets through. */
export type Selection = { type: 'some'; ids: ReadonlySet<string> } | { type: 'all' };

export const nothingSelected: Selection = { type: 'some', ids: new Set() };

export function isSelected(selection: Selection, id: string): boolean {
  return selection.type === 'all' || selection.ids.has(id);
}

/** Number of rows picked; `total`: how many there are. */
export function selectedCount(selection: Selection, total: number): number {
  return selection.type === 'all' ? total : selection.ids.size;
}

/** Picks or drops one row. Dropping one out of "all" leaves the rows that are loaded. */
export function toggled(selection: Selection, id: string, loadedIds: readonly string[]): Selection {
  const ids = new Set(selection.type === 'all' ? loadedIds : selection.ids);
  if (!ids.delete(id)) ids.add(id);
  return { type: 'some', ids };
}

/** Adds the rows between two positions, both included. */
export function withRange(selection: Selection, loadedIds: readonly string[], from: number, to: number): Selection {
  if (selection.type === 'all') return selection;
  const range = loadedIds.slice(Math.min(from, to), Math.max(from, to) + 1);
  return { type: 'some', ids: new Set([...selection.ids, ...range]) };
}

/** Drops ids that are gone. */
export function withoutGone(selection: Selection, isThere: (id: string) => boolean): Selection {
  if (selection.type === 'all') return selection;
  const ids = [...selection.ids].filter(isThere);
  return ids.length === selection.ids.size ? selection : { type: 'some', ids: new Set(ids) };
}
