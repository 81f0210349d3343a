/** What an import asks and says. */
import type { ImportReport } from '../../emulator/transfer/import-instances';

export type ConflictAnswer = 'skip' | 'replace' | 'rename';

export interface ImportQuestion {
  question: string;
  detail: string;
  /** In the order of the buttons. */
  answers: readonly { label: string; value: ConflictAnswer }[];
}

/** `conflicts`: ids of the file that the hub has already; `count`: instances in the file. */
export function importQuestion(conflicts: readonly string[], count: number): ImportQuestion {
  const [first = ''] = conflicts;
  const question =
    conflicts.length === 1
      ? `There is an instance '${first}' already.`
      : `${conflicts.length} of the ${count} instances are there already.`;
  const shown = conflicts.slice(0, 5).map((id) => `'${id}'`);
  const more = conflicts.length > shown.length ? ` and ${conflicts.length - shown.length} more` : '';
  const detail = conflicts.length === 1 ? '' : `${shown.join(', ')}${more}. `;
  return {
    question,
    detail: `${detail}Keep what is there, put the imported in its place, or import under new ids that end in "-imported"?`,
    answers: [
      { label: 'Keep Existing', value: 'skip' },
      { label: 'Replace', value: 'replace' },
      { label: 'Import Under New Ids', value: 'rename' },
    ],
  };
}

export function importedText({ imported, skipped, unfinished }: ImportReport): string {
  const parts = [`Imported ${counted(imported.length, 'instance')}`];
  if (skipped.length > 0) parts.push(`kept ${counted(skipped.length, 'existing one')}`);
  const text = `${parts.join(', ')}.`;
  if (unfinished.length === 0) return text;
  const they =
    unfinished.length === 1 ? '1 of them has not ended: it stands' : `${unfinished.length} of them have not ended: they stand`;
  return `${text} ${they} still as exported, no activity or timer goes on.`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
