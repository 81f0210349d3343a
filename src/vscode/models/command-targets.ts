/**
 * Which instances a command means. Commands come from many places: a tree passes the node and all selected nodes, a CodeLens or a
 * keybinding passes ids or nothing.
 */
export function targetIds(args: readonly unknown[], selection: readonly unknown[]): string[] {
  const [first, second] = args;
  const ids =
    Array.isArray(second) && second.length > 0
      ? second.flatMap(idsOf)
      : args.length === 0 || first === undefined
        ? []
        : idsOf(first);
  return [...new Set(ids.length > 0 ? ids : selection.flatMap(idsOf))];
}

function idsOf(given: unknown): string[] {
  if (typeof given === 'string') return given === '' ? [] : [given];
  if (Array.isArray(given)) return given.flatMap(idsOf);
  if (typeof given !== 'object' || given === null) return [];
  const { row, instanceId } = given as { row?: { instanceId?: unknown }; instanceId?: unknown };
  const id = row?.instanceId ?? instanceId;
  return typeof id === 'string' ? [id] : [];
}

/** The name of an orchestrator passed by a lens, a node of the functions view or a keybinding. */
export function targetName(args: readonly unknown[]): string | undefined {
  const [first] = args;
  if (typeof first === 'string') return first === '' ? undefined : first;
  if (typeof first !== 'object' || first === null) return undefined;
  const { name } = first as { name?: unknown };
  return typeof name === 'string' ? name : undefined;
}
