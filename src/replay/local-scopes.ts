import type { VariableScope } from '../core/ports/replay-worker';

export interface ScopeGroup {
  name: string;
  /** More than one: blocks of a function and the function itself, innermost first. */
  references: readonly string[];
  expensive: boolean;
}

/** Scopes as a user thinks of them: what the function at hand declares is one, in however many blocks it stands. */
export function groupScopes(scopes: readonly VariableScope[]): ScopeGroup[] {
  const local = scopes.findIndex(({ name }) => name.startsWith('Local'));
  const isBlocks = local > 0 && scopes.slice(0, local).every(({ name }) => /^(Block|Catch|With)/.test(name));
  const toGroup = ({ name, reference, expensive }: VariableScope): ScopeGroup => ({ name, references: [reference], expensive });
  if (!isBlocks) return scopes.map(toGroup);
  const own = scopes.slice(0, local + 1);
  const name = own.at(-1)?.name ?? 'Local';
  return [{ name, references: own.map(({ reference }) => reference), expensive: false }, ...scopes.slice(local + 1).map(toGroup)];
}
