/** Comments that silence findings, as in JavaScript: `durascope-ignore-next-line` and `durascope-ignore-line`, with causes or without. */
import type { DeterminismCause } from '../../core/history/divergence';

const comment = /(?:\/\/|#)\s*durascope-ignore-(next-line|line)\b([^\r\n]*)/;

/** Whether a comment of the text silences the cause on that line. */
export function silencedIn(text: string): (line1: number, cause: DeterminismCause) => boolean {
  if (!text.includes('durascope-ignore')) return () => false;
  const silenced = new Map<number, string>();
  for (const [index, line] of text.split('\n').entries()) {
    const [, where, causes = ''] = comment.exec(line) ?? [];
    if (where === undefined) continue;
    const line1 = where === 'line' ? index + 1 : index + 2;
    silenced.set(line1, `${silenced.get(line1) ?? ''} ${causes.trim() === '' ? '*' : causes}`);
  }
  return (line1, cause) =>
    silenced
      .get(line1)
      ?.split(/[\s,]+/)
      .some((each) => each === '*' || each === cause) ?? false;
}
