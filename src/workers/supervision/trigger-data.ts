/** What the Functions host hands over for a trigger that is neither durable, HTTP nor a timer, called by hand (spec/functions-worker.md 3.1). */
import { bytesOfValue } from '../../base/binary-value';
import type { TypedData } from './rpc-values';

/** Their documents and rows come as one JSON array. */
const lists = new Set(['cosmosdbtrigger', 'sqltrigger', 'mysqltrigger']);

/** What counts of a trigger's binding, as function.json or the worker's list has it. */
export interface TriggerShape {
  type: string;
  [more: string]: unknown;
}

/**
 * `input`: JSON or any text. A batch (`cardinality` many, changes of a database) is a list also of one; a message of it that is no text goes as its
 * JSON. Blobs are bytes, whatever `dataType` says; other triggers are with the `dataType` binary. Bytes that are no text come as base-64
 * (src/base/binary-value.ts).
 */
export function triggerData({ type, cardinality, dataType }: TriggerShape, input: string | null): TypedData {
  if (input === null) return {};
  const value = parsed(input);
  if (value === null) return {};
  const trigger = type.toLowerCase();
  const isBinary = trigger === 'blobtrigger' || isWord(dataType, 'binary');
  if (lists.has(trigger)) return { json: Array.isArray(value) ? input : JSON.stringify([value]) };
  if (isWord(cardinality, 'many')) {
    const messages: unknown[] = Array.isArray(value) ? value : [value];
    return isBinary
      ? { collectionBytes: { bytes: messages.map((message) => bytesOfValue(message) ?? Buffer.from(messageText(message))) } }
      : { collectionString: { string: messages.map(messageText) } };
  }
  if (isBinary) return { bytes: bytesOfValue(value) ?? Buffer.from(typeof value === 'string' ? value : input) };
  return typeof value === 'string' ? { string: value } : { json: input };
}

/** What the text of one message is: that of a quoted text is what stands in its quotes. */
export function messageOfInput(input: string): string {
  const value = parsed(input);
  return typeof value === 'string' ? value : input;
}

/** What is no JSON is a text. */
function parsed(input: string): unknown {
  try {
    return JSON.parse(input);
  } catch {
    return input;
  }
}

function messageText(message: unknown): string {
  return typeof message === 'string' ? message : JSON.stringify(message);
}

function isWord(value: unknown, word: string): boolean {
  return typeof value === 'string' && value.toLowerCase() === word;
}
