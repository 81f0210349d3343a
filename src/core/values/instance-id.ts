/** Instance-ID rules (spec/engine.md 2.10.16). */
const maxInstanceIdLength = 100;

const forbidden = /[/\\#?\u0000-\u001f\u007f-\u009f]/;
const control = /[\u0000-\u001f\u007f-\u009f]/g;

/**
 * What is wrong with an id that a client or an orchestrator chose, as a sentence for people; null when it may be used.
 * Generated ids and ids of existing instances are not subject to these rules.
 */
export function instanceIdProblem(instanceId: string): string | null {
  if (instanceId.length === 0) return 'An instance id cannot be empty.';
  if (instanceId.length > maxInstanceIdLength) {
    return `An instance id has at most ${maxInstanceIdLength} characters; '${instanceId.slice(0, 20)}...' has ${instanceId.length}.`;
  }
  if (instanceId.startsWith('@')) return `The instance id '${instanceId}' starts with '@', which is reserved for entities.`;
  const found = forbidden.exec(instanceId)?.[0];
  if (found === undefined) return null;
  const shown = found < ' ' || found >= '\u007f' ? `the control character U+${codePoint(found)}` : `'${found}'`;
  const id = instanceId.replace(control, '\ufffd');
  return `An instance id must not contain '/', '\\', '#', '?' or control characters; '${id}' contains ${shown}.`;
}

/** The id of a child that was given none: `<parent's ExecutionId>:<scheduling id>`, decimal in profile A. */
export function defaultChildInstanceId(parentExecutionId: string, taskId: number): string {
  return `${parentExecutionId}:${taskId}`;
}

/** Entities are addressed as `@<name>@<key>`. */
export function isEntityId(instanceId: string): boolean {
  return instanceId.startsWith('@');
}

function codePoint(char: string): string {
  return char.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
}
