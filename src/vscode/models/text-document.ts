import { createHash } from 'node:crypto';
import { documentLimits } from '../../protocol/history-document';

/** A title as the name of a document: two titles never have one name. */
export function documentName(title: string): string {
  const name = title.replaceAll(/[\\/:*?"<>|\s]+/g, '-');
  return name === title ? name : `${name}-${createHash('sha256').update(title).digest('hex').slice(0, 8)}`;
}

/** A text as a document: of one that is too long its beginning, which says so in its last line. */
export function documentText(text: string, limit = 2 * documentLimits.document): string {
  if (text.length <= limit) return text;
  const all = text.length.toLocaleString('en');
  return `${text.slice(0, limit)}\n… These are the first ${limit.toLocaleString('en')} of ${all} characters. Export the instance to have all of it.\n`;
}
