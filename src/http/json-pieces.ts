/** JSON that may be longer than a text can be (V8: 512 MB): as one body where it is short, as a stream where it is not. */
import type { Reply } from './exchange';
import { jsonText } from './exchange';

/** Characters of a body that is sent at once, with its length told before. */
const shortBody = 4 * 1024 * 1024;
const chunkChars = 256 * 1024;

/** `pieces` together are JSON already; what does not fit into a short body is asked for as the caller reads. */
export function jsonPieces(status: number, pieces: Iterable<string>, headers?: readonly (readonly [string, string])[]): Reply {
  const iterator = pieces[Symbol.iterator]();
  let text = '';
  for (let next = iterator.next(); ; next = iterator.next()) {
    if (next.done === true) return jsonText(status, text, headers);
    if (text.length + next.value.length > shortBody && text !== '') {
      return { ...jsonText(status, '', headers), body: streamOf(text, next.value, iterator) };
    }
    text += next.value;
  }
}

function streamOf(first: string, second: string, rest: Iterator<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let waiting: string[] = [first, second];
  return new ReadableStream(
    {
      pull(controller) {
        let text = waiting.shift() ?? '';
        while (waiting.length === 0 && text.length < chunkChars) {
          const next = rest.next();
          if (next.done === true) break;
          if (text.length + next.value.length > shortBody && text !== '') waiting = [next.value];
          else text += next.value;
        }
        if (text === '') controller.close();
        else controller.enqueue(encoder.encode(text));
      },
    },
    { highWaterMark: 0 },
  );
}
