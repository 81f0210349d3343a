/** Identity of entities (spec/engine.md 5.1): the instance id is `@<name>@<key>`, the name in lower case, the key as it is. */
import { textProblem } from './instance-id';

export interface EntityId {
  /** Lower case, without `@`. */
  name: string;
  /** Case matters; may be empty, and may contain `@`. */
  key: string;
}

export function entityInstanceId({ name, key }: EntityId): string {
  return `@${name.toLowerCase()}@${key}`;
}

/** Split at the second `@`; null for what is not the id of an entity. */
export function parseEntityId(instanceId: string): EntityId | null {
  if (!instanceId.startsWith('@')) return null;
  const at = instanceId.indexOf('@', 1);
  return at <= 1 ? null : { name: instanceId.slice(1, at).toLowerCase(), key: instanceId.slice(at + 1) };
}

/** Where a message goes: to an entity under its name in lower case, whatever way the sender wrote it; to any other instance as it is. */
export function addressOf(instanceId: string): string {
  const entity = parseEntityId(instanceId);
  return entity === null ? instanceId : entityInstanceId(entity);
}

const forbidden = /[/\\#?\u0000-\u001f\u007f-\u009f]/;
const maxLength = 100;

/**
 * What is wrong with an entity id that an orchestrator or an entity chose, as a sentence for people; null when it may be used. What stands in
 * its key is up to them.
 */
export function chosenEntityIdProblem({ name, key }: EntityId): string | null {
  if (name.trim() === '') return 'Invalid entity id: entity name must not be a null or empty string.';
  if (name.includes('@')) return `An entity name must not contain '@'; '${name}' does. Only the key may.`;
  return textProblem('An entity id', entityInstanceId({ name, key }));
}

/** What is wrong with an entity id that a client chose, as a sentence for people; null when it may be used. */
export function entityIdProblem({ name, key }: EntityId): string | null {
  const problem = chosenEntityIdProblem({ name, key });
  if (problem !== null) return problem;
  const found = forbidden.exec(key) ?? forbidden.exec(name);
  if (found !== null) {
    const shown = found[0] < ' ' || found[0] >= '\u007f' ? 'a control character' : `'${found[0]}'`;
    return `Entity names and keys must not contain '/', '\\', '#', '?' or control characters; '@${name}@${key}' contains ${shown}.`;
  }
  const { length } = entityInstanceId({ name, key });
  return length <= maxLength
    ? null
    : `An entity id has at most ${maxLength} characters; '@${name}@${key.slice(0, 20)}...' has ${length}.`;
}

/** The order in which a set of entities is locked, each once: by text, so that all sections go the same way round. */
export function lockOrder(instanceIds: readonly string[]): string[] {
  return [...new Set(instanceIds)].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}
