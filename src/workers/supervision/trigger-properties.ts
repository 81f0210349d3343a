/**
 * What the Functions host puts beside a trigger whose text is a JSON object, into `context.bindingData` (model v3) and
 * `context.triggerMetadata` (v4): the object's own properties, such as the `input` of an orchestration trigger. Lists and nulls
 * are left out, objects stay what they are, everything else becomes a text as .NET writes it.
 */
import type { TypedData } from './rpc-values';

/** Properties by name, ready to be sent to the library; none where the text is no JSON object. */
export function triggerProperties(text: string | null | undefined): Record<string, TypedData> {
  const properties: Record<string, TypedData> = {};
  if (typeof text !== 'string' || !text.trimStart().startsWith('{')) return properties;
  const value = parsed(text);
  for (const name of propertiesShown(value)) properties[name] = sent((value as Record<string, unknown>)[name]);
  return properties;
}

/** The host's table of them minds no case: a property takes the place of what is of the same name. */
export function withProperties<T>(
  metadata: Readonly<Record<string, T>>,
  properties: Readonly<Record<string, T>>,
): Record<string, T> {
  const names = new Set(Object.keys(properties).map((name) => name.toLowerCase()));
  const others = Object.entries(metadata).filter(([name]) => !names.has(name.toLowerCase()));
  return { ...Object.fromEntries(others), ...properties };
}

/** Names of those properties of a parsed trigger that the host shows. */
export function propertiesShown(value: unknown): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([name, inner]) => (inner === null || Array.isArray(inner) ? [] : [name]));
}

/** A property as a text of .NET, an object as its JSON: both are parsed by who reads them. */
export function propertyText(value: unknown): string {
  switch (typeof value) {
    case 'boolean':
      return value ? 'True' : 'False';
    case 'string':
      return value;
    default:
      return JSON.stringify(value);
  }
}

function sent(value: unknown): TypedData {
  const text = propertyText(value);
  return typeof value === 'object' ? { json: text } : { string: text };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
