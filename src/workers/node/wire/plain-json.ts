/**
 * JSON of plain data, whatever the code that shares this process has done to prototypes. Where nobody has added a `toJSON` to them it is
 * `JSON.stringify`, else slower code of our own that asks no object for its own form.
 */
const arrayPrototype = Array.prototype as object;
const { keys } = Object;

/** `value` is data: objects, arrays, texts, numbers, booleans and null. Throws a RangeError when the text is too long for a string. */
export function plainJson(value: object): string {
  // Arrays inherit from objects: one look tells for both.
  return 'toJSON' in arrayPrototype ? ownJson(value) : JSON.stringify(value);
}

function ownJson(value: unknown): string {
  if (typeof value !== 'object' || value === null) return primitiveJson(value) ?? 'null';
  let text = '';
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) text += (index === 0 ? '' : ',') + ownJson(value[index]);
    return `[${text}]`;
  }
  const names = keys(value);
  for (let index = 0; index < names.length; index++) {
    const name = names[index] as string;
    const field = (value as Record<string, unknown>)[name];
    if (field === undefined || typeof field === 'function' || typeof field === 'symbol') continue;
    text += `${text === '' ? '' : ','}${JSON.stringify(name)}:${ownJson(field)}`;
  }
  return `{${text}}`;
}

// What lib.d.ts does not say: undefined has no JSON form.
function primitiveJson(value: unknown): string | undefined {
  return JSON.stringify(value);
}
