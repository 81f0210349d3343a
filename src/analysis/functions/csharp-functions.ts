/**
 * The functions that a text in C# registers: methods with `[Function]`, and classes of `TaskOrchestrator`. Comments, strings and the holes in
 * them are told apart from code; what the compiler alone could know (a name that is put together) is left out.
 */
import type { FunctionInText } from './function-in-text';

/** Text of the same length and lines: without comments, and without what strings say. */
interface Masked {
  /** Comments are blanks. */
  withStrings: string;
  /** Strings are blanks too, but for their quotes. */
  code: string;
}

export function csharpFunctions(text: string): FunctionInText[] {
  if (!/\bFunction(Attribute)?\s*\(|TaskOrchestrator\s*</.test(text)) return [];
  const masked = mask(text);
  const found = [...attributedMethods(masked), ...orchestratorClasses(masked)];
  const starts = lineStarts(text);
  return found
    .sort((a, b) => a.at - b.at)
    .map(({ kind, name, at }) => {
      const line0 = lineOf(starts, at);
      return { kind, name, line0, column0: at - (starts[line0] ?? 0) };
    });
}

interface Found {
  kind: FunctionInText['kind'];
  name: string;
  at: number;
}

function attributedMethods({ withStrings, code }: Masked): Found[] {
  const found: Found[] = [];
  for (const match of code.matchAll(/\[\s*(?:[\w.]+\s*,\s*)*(?:[\w.]+\.)?Function(?:Attribute)?\s*\(/g)) {
    const open = match.index + match[0].length;
    const name = textOf(withStrings.slice(open, closing(code, open)), withStrings);
    // Of the method all that stands before its body.
    const body = /\{|=>|;/.exec(code.slice(open));
    const headEnd = body === null ? code.length : open + body.index;
    const trigger = /\[\s*(?:[\w.]+\.)?(Orchestration|Entity)Trigger(?:Attribute)?\b\s*(\()?/.exec(code.slice(open, headEnd));
    const kind = trigger?.[1] === 'Orchestration' ? 'orchestration' : trigger?.[1] === 'Entity' ? 'entity' : 'other';
    const given = trigger?.[2] === undefined ? null : triggerName(withStrings, code, open + trigger.index + trigger[0].length);
    if (given !== null || name !== null) found.push({ kind, name: given ?? name ?? '', at: match.index });
  }
  return found;
}

/** `[OrchestrationTrigger(Orchestration = "Name")]` */
function triggerName(withStrings: string, code: string, open: number): string | null {
  const named = /\b(?:Orchestration|EntityName)\s*=\s*(.+)$/s.exec(withStrings.slice(open, closing(code, open)))?.[1];
  return named === undefined ? null : textOf(named, withStrings);
}

function orchestratorClasses({ withStrings, code }: Masked): Found[] {
  const found: Found[] = [];
  const pattern =
    /((?:\[[^\]]*\]\s*)*)(?:\b(?:public|internal|private|protected|sealed|partial|file)\s+)*\bclass\s+(\w+)[^{;]*?:\s*(?:[\w.]+\.)?TaskOrchestrator\s*</g;
  for (const match of code.matchAll(pattern)) {
    const [whole, attributes = '', name = ''] = match;
    const durable = /\bDurableTask(?:Attribute)?\s*\(/.exec(attributes);
    const open = durable === null ? null : match.index + durable.index + durable[0].length;
    const given = open === null ? null : textOf(withStrings.slice(open, closing(code, open)), withStrings);
    found.push({ kind: 'orchestration', name: given ?? name, at: match.index + (whole.length - whole.trimStart().length) });
  }
  return found;
}

/** Of the first argument: a literal, `nameof(...)`, or a constant of the same text. */
function textOf(argument: string, text: string): string | null {
  const literal = /^\s*@?"([^"\\]*)"/.exec(argument)?.[1];
  if (literal !== undefined) return literal;
  const named = /^\s*nameof\s*\(\s*(?:[\w.<>]+\.)?(\w+)\s*(?:<[^>]*>)?\s*\)/.exec(argument)?.[1];
  if (named !== undefined) return named;
  const constant = /^\s*(?:\w+\.)*(\w+)\s*(?:,|$)/.exec(argument)?.[1];
  if (constant === undefined) return null;
  return new RegExp(String.raw`\bconst\s+string\s+${constant}\s*=\s*"([^"\\]*)"`).exec(text)?.[1] ?? null;
}

/** Where the bracket closes that was opened just before. */
function closing(code: string, open: number): number {
  let depth = 1;
  for (let at = open; at < code.length; at++) {
    if (code[at] === '(') depth++;
    else if (code[at] === ')' && --depth === 0) return at;
  }
  return code.length;
}

function mask(text: string): Masked {
  const withStrings = [...Array.from({ length: text.length }, (_, at) => text[at] ?? '')];
  const code = [...withStrings];
  const blank = (target: string[], from: number, to: number): void => {
    for (let at = from; at < to; at++) if (target[at] !== '\n' && target[at] !== '\r') target[at] = ' ';
  };
  let at = 0;
  while (at < text.length) {
    if (text.startsWith('//', at)) {
      const end = endOfLine(text, at);
      blank(withStrings, at, end);
      blank(code, at, end);
      at = end;
    } else if (text.startsWith('/*', at)) {
      const found = text.indexOf('*/', at + 2);
      const end = found < 0 ? text.length : found + 2;
      blank(withStrings, at, end);
      blank(code, at, end);
      at = end;
    } else {
      const end = stringEnd(text, at);
      if (end === null) {
        at++;
      } else {
        blank(code, at + 1, end - 1);
        at = end;
      }
    }
  }
  return { withStrings: withStrings.join(''), code: code.join('') };
}

/** Where the literal ends that begins here; null where none does. */
function stringEnd(text: string, at: number): number | null {
  const opening = /^(?:[$@]+)?("+)|^'/.exec(text.slice(at, at + 40));
  if (opening === null) return null;
  const [whole, quotes] = opening;
  if (quotes === undefined) {
    const end = /^'(?:\\.[^']{0,8}|[^'\\\n])'/.exec(text.slice(at, at + 16));
    return end === null ? null : at + end[0].length;
  }
  const start = at + whole.length;
  if (quotes.length >= 3) {
    const end = text.indexOf(quotes, start);
    return end < 0 ? text.length : end + quotes.length;
  }
  // "" is an empty text.
  if (quotes.length === 2 && !whole.includes('@')) return start;
  const [isVerbatim, isInterpolated] = [whole.includes('@'), whole.includes('$')];
  let index = at + whole.length - quotes.length + 1;
  while (index < text.length) {
    const char = text[index];
    if (char === '\\' && !isVerbatim) index += 2;
    else if (char === '"' && isVerbatim && text[index + 1] === '"') index += 2;
    else if (char === '"') return index + 1;
    else if (char === '\n' && !isVerbatim) return index;
    else if (isInterpolated && char === '{' && text[index + 1] === '{') index += 2;
    else if (isInterpolated && char === '{') index = holeEnd(text, index + 1);
    else index++;
  }
  return text.length;
}

/** Of `{...}` in a text: strings in it may hold braces and quotes of their own. */
function holeEnd(text: string, from: number): number {
  let depth = 1;
  let at = from;
  while (at < text.length && text[at] !== '\n') {
    const end = stringEnd(text, at);
    if (end !== null) {
      at = end;
      continue;
    }
    if (text[at] === '{') depth++;
    else if (text[at] === '}' && --depth === 0) return at + 1;
    at++;
  }
  return at;
}

function endOfLine(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end;
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

function lineOf(starts: readonly number[], at: number): number {
  let line = starts.length - 1;
  while (line > 0 && (starts[line] ?? 0) > at) line--;
  return line;
}
