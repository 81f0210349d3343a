/**
 * The state of an orchestrator of PowerShell: that of the JSON protocol with its names in PascalCase (spec/functionrpc-workers.md 5). Values of
 * the app (inputs, outputs, custom status) stay as they are.
 */
const failureMarker = '\n\n$OutOfProcData$:';
/** Of an action: what has fields of its own. */
const structured = new Set(['retryOptions', 'compoundActions']);

/** The same state in the protocol's own names; anything else is returned as it is. */
export function camelState(state: unknown): unknown {
  const named = renamed(state);
  if (named === null) return state;
  const { actions } = named;
  return Array.isArray(actions) ? { ...named, actions: actions.map(camelAction) } : named;
}

/** What an invocation failed with: the state stands behind a marker in the message. */
export function camelFailure(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const at = error.message.indexOf(failureMarker);
  if (at < 0) return error;
  const begin = at + failureMarker.length;
  try {
    error.message = `${error.message.slice(0, begin)}${JSON.stringify(camelState(JSON.parse(error.message.slice(begin))))}`;
  } catch {
    // Not a state: whoever reads it says so.
  }
  return error;
}

function camelAction(action: unknown): unknown {
  if (Array.isArray(action)) return action.map(camelAction);
  const named = renamed(action);
  if (named === null) return action;
  for (const [key, value] of Object.entries(named)) {
    if (!structured.has(key)) continue;
    named[key] = Array.isArray(value) ? value.map(camelAction) : (renamed(value) ?? value);
  }
  return named;
}

function renamed(value: unknown): Record<string, unknown> | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key.slice(0, 1).toLowerCase() + key.slice(1), inner as unknown]),
  );
}
