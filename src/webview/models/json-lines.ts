/** A JSON value as lines of coloured pieces, each line knowing what it folds. */

export type JsonPieceKind = 'name' | 'string' | 'number' | 'word' | 'mark';

export interface JsonPiece {
  kind: JsonPieceKind;
  text: string;
}

export interface JsonLine {
  depth: number;
  pieces: readonly JsonPiece[];
  /** Lines after this one that disappear when it is folded: members and the closing bracket. Absent: nothing to fold. */
  folds?: { lines: number; summary: string };
}

/** Lines of `text`; undefined when it is not JSON. Texts with more than `limit` lines end early: `cut` says so. */
export function jsonLines(text: string, limit = 20_000): { lines: JsonLine[]; cut: boolean } | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const lines: JsonLine[] = [];
  let cut = false;
  const write = (depth: number, name: string | null, item: unknown, comma: boolean): void => {
    if (lines.length >= limit) {
      cut = true;
      return;
    }
    const head: JsonPiece[] = name === null ? [] : [{ kind: 'name', text: JSON.stringify(name) }, mark(': ')];
    const tail = comma ? [mark(',')] : [];
    if (typeof item !== 'object' || item === null) {
      lines.push({ depth, pieces: [...head, scalar(item), ...tail] });
      return;
    }
    const isList = Array.isArray(item);
    const [open, close] = isList ? ['[', ']'] : ['{', '}'];
    const members: [string | null, unknown][] = isList ? item.map((member) => [null, member]) : Object.entries(item);
    if (members.length === 0) {
      lines.push({ depth, pieces: [...head, mark(open + close), ...tail] });
      return;
    }
    const first: JsonLine = { depth, pieces: [...head, mark(open)] };
    lines.push(first);
    const start = lines.length;
    for (let at = 0; at < members.length && !cut; at++) {
      const member = members[at];
      if (member !== undefined) write(depth + 1, member[0], member[1], at < members.length - 1);
    }
    lines.push({ depth, pieces: [mark(close), ...tail] });
    const unit = isList ? 'item' : 'member';
    first.folds = {
      lines: lines.length - start,
      summary: `… ${members.length} ${unit}${members.length === 1 ? '' : 's'} ${close}${comma ? ',' : ''}`,
    };
  };
  write(0, null, value, false);
  return { lines, cut };
}

function mark(text: string): JsonPiece {
  return { kind: 'mark', text };
}

function scalar(value: unknown): JsonPiece {
  const kind = typeof value === 'string' ? 'string' : typeof value === 'number' ? 'number' : 'word';
  return { kind, text: JSON.stringify(value) };
}

/** Positions of the lines that are on screen when the lines in `folded` (by position) are folded. */
export function unfoldedLines(lines: readonly JsonLine[], folded: ReadonlySet<number>): number[] {
  const shown: number[] = [];
  for (let at = 0; at < lines.length; at++) {
    shown.push(at);
    if (folded.has(at)) at += lines[at]?.folds?.lines ?? 0;
  }
  return shown;
}
