import { countText } from '../base/count-text';
import type { LogLevel } from '../core/ports/logger';
import { sentenceOf } from './back-off';

interface Note {
  kind: 'episode' | 'activity';
  name: string;
  instanceId: string;
  /** Times in a row. */
  failures: number;
  delayMs: number;
}

/**
 * What is to be said of work that got no answer. When a worker goes away under a hundred of them that is one thing that happened,
 * and one line.
 */
export class RetryNotes {
  readonly #notes = new Map<string, Note[]>();

  constructor(
    private readonly log: (level: LogLevel, message: string, instanceId?: string) => void,
    private readonly requestTurn: () => void,
  ) {}

  add(error: unknown, note: Note): void {
    const reason = sentenceOf(error);
    const notes = this.#notes.get(reason);
    if (notes === undefined) this.#notes.set(reason, [note]);
    else notes.push(note);
    this.requestTurn();
  }

  /** At the end of a turn. */
  write(): void {
    if (this.#notes.size === 0) return;
    for (const [reason, notes] of this.#notes) {
      const [note] = notes;
      if (note !== undefined && notes.length === 1) {
        const what = note.kind === 'episode' ? `An episode of '${note.name}'` : `Activity '${note.name}'`;
        this.log('warning', `${what} got no answer: ${reason} It runs again${when(note)}.`, note.instanceId);
        continue;
      }
      const latest = notes.reduce((a, b) => (b.delayMs > a.delayMs ? b : a));
      const names = [...new Set(notes.map((each) => `'${each.name}'`))].slice(0, 5).join(', ');
      const count = (kind: Note['kind']): number => notes.filter((each) => each.kind === kind).length;
      this.log(
        'warning',
        `${reason} ${countText(count('episode'), 'episode')} and ${countText(count('activity'), 'activity', 'activities')} got no answer (${names}). They run again${when(latest)}.`,
      );
    }
    this.#notes.clear();
  }
}

function when({ delayMs, failures }: Note): string {
  return delayMs === 0 ? '' : ` in ${delayMs / 1000} s (${failures} times in a row now)`;
}
