/** Values as one line of text, as developers know them from a JavaScript debugger. */
import type { Runtime } from 'node:inspector';

type RemoteObject = Runtime.RemoteObject;

const longest = 200;

/** One line. */
export function valueText(value: RemoteObject): string {
  switch (value.type) {
    case 'undefined':
      return 'undefined';
    case 'string':
      return quoted(String(value.value));
    case 'number':
    case 'bigint':
      return value.unserializableValue ?? String(value.value);
    case 'boolean':
      return String(value.value);
    case 'symbol':
      return value.description ?? 'Symbol()';
    case 'function':
      return functionText(value.description ?? '');
    default:
      return objectText(value);
  }
}

/** As a debugger's variables view names types. */
export function typeText(value: RemoteObject): string {
  if (value.type !== 'object') return value.type;
  if (value.subtype === 'null') return 'null';
  return value.className ?? 'object';
}

/** Whether there is something to look into. */
export function hasParts(value: RemoteObject): boolean {
  return value.objectId !== undefined && (value.type === 'object' || value.type === 'function');
}

function objectText(value: RemoteObject): string {
  if (value.subtype === 'null') return 'null';
  const { preview, description = 'Object' } = value;
  if (value.subtype === 'date' || value.subtype === 'regexp') return description;
  if (value.subtype === 'error') return cut(description.split('\n')[0] ?? description);
  if (preview === undefined) return cut(description);
  const more = preview.overflow ? ', …' : '';
  if (value.subtype === 'array' || value.subtype === 'typedarray') {
    return cut(
      `${description} [${preview.properties
        .filter((one) => /^\d+$/.test(one.name))
        .map(previewText)
        .join(', ')}${more}]`,
    );
  }
  if (preview.entries !== undefined) {
    const entries = preview.entries.map(({ key, value: inner }) =>
      key === undefined ? partText(inner) : `${partText(key)} => ${partText(inner)}`,
    );
    return cut(`${description} {${entries.join(', ')}${more}}`);
  }
  const fields = preview.properties.map((one) => `${one.name}: ${previewText(one)}`).join(', ');
  const name = description === 'Object' ? '' : `${description} `;
  return cut(`${name}{${fields}${more}}`);
}

function previewText({ type, subtype, value = '' }: Runtime.PropertyPreview): string {
  if (type === 'string') return `'${value}'`;
  if (type === 'function') return 'ƒ';
  if (type === 'accessor') return '(…)';
  if (type === 'object' && subtype === undefined) return value === 'Object' ? '{…}' : value;
  return value === '' ? type : value;
}

function partText(preview: Runtime.ObjectPreview): string {
  if (preview.type === 'string') return `'${preview.description ?? ''}'`;
  return preview.description === 'Object' ? '{…}' : (preview.description ?? preview.type);
}

function functionText(source: string): string {
  const head = source.split('\n')[0] ?? '';
  const name = /^(?:async\s+)?(?:function\s*\*?\s*|class\s+|\*\s*)?([\w$]*)/.exec(head)?.[1] ?? '';
  return source.startsWith('class') ? `class ${name}` : `ƒ ${name}()`;
}

function quoted(text: string): string {
  return `'${cut(text).replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n').replaceAll('\r', '\\r')}'`;
}

function cut(text: string): string {
  return text.length <= longest ? text : `${text.slice(0, longest)}…`;
}
