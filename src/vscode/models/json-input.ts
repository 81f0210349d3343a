import { findJsonMistake } from '../../base/json-text';

/** For an input box, which can only say it: the place in words and the text with a mark. Undefined for JSON and for blank text. */
export function jsonProblemText(text: string): string | undefined {
  const mistake = findJsonMistake(text);
  if (mistake === undefined) return undefined;
  const start = Math.max(0, mistake.offset - 15);
  const before = `${start > 0 ? '…' : ''}${text.slice(start, mistake.offset)}`;
  const after = text.slice(mistake.offset, mistake.offset + 10);
  return `${mistake.message} (line ${mistake.line1}, column ${mistake.column1}): ${before}▸${after}`;
}

/** The text to send: null for a blank one. */
export function jsonOrNull(text: string): string | null {
  return text.trim() === '' ? null : text;
}
