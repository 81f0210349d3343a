/** JSON that may be longer than a text can be (V8: 512 MB): in parts, each a text of its own. */

/** What is no longer is one part. */
const partChars = 256 * 1024;
/** How deep lists and objects are taken apart: an answer, its list, what is in it. */
const depth = 3;

/** Together what `JSON.stringify` gives for a value that JSON has a text for. */
export function* jsonParts(value: unknown): Generator<string> {
  let text = '';
  for (const piece of piecesOf(value, depth)) {
    text += piece;
    if (text.length < partChars) continue;
    yield text;
    text = '';
  }
  if (text !== '') yield text;
}

function* piecesOf(value: unknown, deeper: number): Generator<string> {
  if (deeper === 0 || typeof value !== 'object' || value === null || isWrittenByItself(value)) {
    yield JSON.stringify(value);
    return;
  }
  let before = Array.isArray(value) ? '[' : '{';
  if (Array.isArray(value)) {
    for (const each of value as unknown[]) {
      yield before;
      yield* piecesOf(hasText(each) ? each : null, deeper - 1);
      before = ',';
    }
    yield before === '[' ? '[]' : ']';
    return;
  }
  for (const [name, each] of Object.entries(value)) {
    if (!hasText(each)) continue;
    yield `${before}${JSON.stringify(name)}:`;
    yield* piecesOf(each, deeper - 1);
    before = ',';
  }
  yield before === '{' ? '{}' : '}';
}

function isWrittenByItself(value: object): boolean {
  return 'toJSON' in value && typeof value.toJSON === 'function';
}

function hasText(value: unknown): boolean {
  return value !== undefined && typeof value !== 'function' && typeof value !== 'symbol';
}
