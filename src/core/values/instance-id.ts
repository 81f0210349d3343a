/** Instance-ID rules (spec/engine.md 2.10.16). */
const maxInstanceIdLength = 100;

const forbidden = /[/\\#?\u0000-\u001f\u007f-\u009f]/;
const control = /[\u0000-\u001f\u007f-\u009f]/g;

/** Of an id that an orchestrator chose. Keys of tables in Azure Storage have no more. */
const maxChosenLength = 1024;

/**
 * What is wrong with the id that an orchestrator chose for a child, as a sentence for people; null when it may be used. What clients may
 * not have (`/`, `#`, more than 100 characters) orchestrators may.
 */
export function childInstanceIdProblem(instanceId: string): string | null {
  if (instanceId.startsWith('@')) return reserved(instanceId);
  return textProblem('An instance id', instanceId);
}

/** What no id may be, whoever chose it: empty, text that is none, or as long as a document. `what` begins the sentence. */
export function textProblem(what: string, id: string): string | null {
  if (id.length === 0) return `${what} cannot be empty.`;
  if (/[\ud800-\udfff]/u.test(id)) {
    return `${what} must be whole characters; '${id.replace(/[\ud800-\udfff]/gu, '\ufffd').slice(0, 100)}' has half a surrogate pair in it, which cannot be stored or sent.`;
  }
  if (id.length <= maxChosenLength) return null;
  return `${what} has at most ${maxChosenLength} characters; '${id.slice(0, 20)}...' has ${id.length}.`;
}

function reserved(instanceId: string): string {
  return `The instance id '${instanceId}' starts with '@', which is reserved for entities.`;
}

/** `documents`: what the documents allow, so that an id works with every back end. `engine`: whatever extension 3.19 takes. */
export type ClientIdRules = 'documents' | 'engine';

export const clientIdRules: readonly ClientIdRules[] = ['documents', 'engine'];

/**
 * What is wrong with an id that a client chose, as a sentence for people; null when it may be used. Generated ids and ids of existing
 * instances are not subject to these rules. Deviation: even by the rules of the engine an id is none that an entity could have.
 */
export function instanceIdProblem(instanceId: string, rules: ClientIdRules = 'documents'): string | null {
  const problem = textProblem('An instance id', instanceId);
  if (problem !== null) return problem;
  if (rules === 'engine') return isEntityId(instanceId) ? reserved(instanceId) : null;
  if (instanceId.length > maxInstanceIdLength) {
    return `An instance id has at most ${maxInstanceIdLength} characters; '${instanceId.slice(0, 20)}...' has ${instanceId.length}.`;
  }
  if (instanceId.startsWith('@')) return reserved(instanceId);
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

/** Entities are addressed as `@<name>@<key>`; what else begins with `@` is an orchestration that a client named so (`ClientIdRules`). */
export function isEntityId(instanceId: string): boolean {
  return instanceId.startsWith('@') && instanceId.indexOf('@', 1) > 1;
}

function codePoint(char: string): string {
  return char.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
}
