import path from 'node:path';
import { adviceFor } from '../core/history/cause-advice';
import { causeTexts, type Divergence } from '../core/history/divergence';

/** History and code side by side, for a console: a line for each, then the likely cause and what to do. */
export function divergenceText({ rowIndex, recorded, actual, place, cause, message }: Divergence): string {
  const row = rowIndex === null ? '' : ` (row ${rowIndex + 1})`;
  const where = place === null ? '' : ` (${path.basename(place.file)}:${place.line})`;
  return [
    'The code does not do what the history says.',
    `  recorded${row}: ${recorded ?? 'nothing more'}`,
    `  the code now${where}: ${actual ?? 'nothing more'}`,
    `  likely cause: ${causeTexts[cause].title}. ${adviceFor(cause, place?.file ?? null)}`,
    `  ${message}`,
  ].join('\n');
}
