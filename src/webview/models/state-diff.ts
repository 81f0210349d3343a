/** What a batch of operations made of an entity's state, line by line. */
import { prettyJson } from '../../base/json-text';

export interface DiffLine {
  kind: 'same' | 'removed' | 'added';
  text: string;
}

/** States longer than this are not compared line by line: both are shown. */
const maxLines = 400;
/** Unchanged lines kept around a change. */
const around = 2;

/** Before and after are JSON text; null: there was none. Empty when they are the same. */
export function stateDiff(before: string | null, after: string | null): DiffLine[] {
  if (before === after) return [];
  const one = linesOf(before);
  const two = linesOf(after);
  if (one.length > maxLines || two.length > maxLines) return [...asLines('removed', one), ...asLines('added', two)];
  return trimmed(compare(one, two));
}

function linesOf(state: string | null): string[] {
  return state === null ? [] : prettyJson(state).split('\n');
}

function asLines(kind: DiffLine['kind'], lines: readonly string[]): DiffLine[] {
  return lines.map((text) => ({ kind, text }));
}

/** By the longest common subsequence of lines. */
function compare(one: readonly string[], two: readonly string[]): DiffLine[] {
  const width = two.length + 1;
  const common = new Uint16Array((one.length + 1) * width);
  for (let a = one.length - 1; a >= 0; a--) {
    for (let b = two.length - 1; b >= 0; b--) {
      const below = common[(a + 1) * width + b] ?? 0;
      const right = common[a * width + b + 1] ?? 0;
      common[a * width + b] = one[a] === two[b] ? (common[(a + 1) * width + b + 1] ?? 0) + 1 : Math.max(below, right);
    }
  }
  const lines: DiffLine[] = [];
  let a = 0;
  let b = 0;
  while (a < one.length || b < two.length) {
    if (a < one.length && b < two.length && one[a] === two[b]) {
      lines.push({ kind: 'same', text: one[a] ?? '' });
      a++;
      b++;
    } else if (b >= two.length || (a < one.length && (common[(a + 1) * width + b] ?? 0) >= (common[a * width + b + 1] ?? 0))) {
      lines.push({ kind: 'removed', text: one[a++] ?? '' });
    } else {
      lines.push({ kind: 'added', text: two[b++] ?? '' });
    }
  }
  return lines;
}

/** Runs of unchanged lines are cut down to those next to a change. */
function trimmed(lines: readonly DiffLine[]): DiffLine[] {
  const isNear = lines.map((_, at) =>
    lines.slice(Math.max(0, at - around), at + around + 1).some((line) => line.kind !== 'same'),
  );
  const shown: DiffLine[] = [];
  for (const [at, line] of lines.entries()) {
    if (isNear[at] === true) shown.push(line);
    else if (isNear[at - 1] === true || at === 0) shown.push({ kind: 'same', text: '…' });
  }
  return shown;
}
