/** Tags of children (spec/engine.md 1.3). */
import type { Tags } from './history';

/** On a child's start: it answers nobody. */
export const fireAndForgetTag = 'FireAndForget';

/** The child's own tags, and of the parent's those that it does not set; `FireAndForget` is never inherited. Null for none. */
export function childTags(own: Tags | null | undefined, parent: Tags | null): Tags | null {
  if (parent === null) return own ?? null;
  const merged: { [key: string]: string; FireAndForget?: string } = { ...parent, ...own };
  // FireAndForget is the child's own or nobody's.
  if (own?.[fireAndForgetTag] === undefined) delete merged.FireAndForget;
  return Object.keys(merged).length === 0 ? null : merged;
}
