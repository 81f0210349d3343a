/** Where programs of the Durable Task SDKs write an orchestrator down, told by its name alone. */
import type { SourcePlace } from '../core/values/source-place';

export interface FoundSource {
  place: SourcePlace;
  /** Of the orchestrator alone, as far as its indentation tells. */
  text: string;
}

/** Files that are worth looking at, by their ending. */
export const programEndings = ['py', 'java', 'kt', 'go', 'cs', 'fs', 'vb', 'js', 'mjs', 'cjs', 'ts', 'mts', 'cts'] as const;

interface Written {
  line: number;
  /** The greater, the surer. */
  weight: number;
}

/** Null when the text does not seem to hold it. `weight` compares finds in several files: a definition counts for more than a registration. */
export function findOrchestrator(name: string, file: string, text: string): (FoundSource & { weight: number }) | null {
  if (!text.toLowerCase().includes(name.toLowerCase())) return null;
  const lines = text.split(/\r\n|\r|\n/);
  let best: Written | null = null;
  const patterns = patternsOf(name, file.slice(file.lastIndexOf('.') + 1).toLowerCase());
  for (const [index, line] of lines.entries()) {
    const found = patterns.findIndex((pattern) => pattern.test(line));
    if (found < 0) continue;
    const weight = patterns.length - found;
    if (best === null || weight > best.weight) best = { line: index, weight };
  }
  if (best === null) return null;
  // Registered under another name than that of the function: the function is what to look at.
  const registered = new RegExp(String.raw`["'\`]${escaped(name)}["'\`]\s*,\s*(?:[\w.]*\.)?([A-Za-z_]\w*)\s*[,)]`).exec(
    lines[best.line] ?? '',
  )?.[1];
  if (registered !== undefined && registered !== name) {
    const body = findOrchestrator(registered, file, text);
    if (body !== null) return { ...body, weight: best.weight };
  }
  const start = belowAttributes(lines, bodyStart(lines, best.line));
  const column = (lines[start]?.search(/\S/) ?? 0) + 1;
  return { place: { file, line: start + 1, column }, text: blockAt(lines, start), weight: best.weight };
}

function escaped(name: string): string {
  return name.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}

/** The surest first. */
function patternsOf(given: string, ending: string): RegExp[] {
  const name = escaped(given);
  const quoted = `["'\`]${name}["'\`]`;
  switch (ending) {
    case 'py':
      return [
        new RegExp(String.raw`^\s*(async\s+)?def\s+${name}\s*\(`),
        new RegExp(String.raw`add_(named_)?orchestrator\s*\(.*${quoted}`),
        new RegExp(String.raw`add_(named_)?orchestrator\s*\(.*\b${name}\b`),
      ];
    case 'java':
    case 'kt':
      return [
        new RegExp(String.raw`\bclass\s+${name}\b.*TaskOrchestration\b`),
        new RegExp(String.raw`(return|=)\s*${quoted}`),
        new RegExp(String.raw`\bclass\s+${name}\b`),
        new RegExp(quoted),
      ];
    case 'go':
      return [
        new RegExp(String.raw`^func\s+(\([^)]*\)\s*)?${name}\s*\(`),
        new RegExp(String.raw`AddOrchestrator(N)?\s*\(\s*${quoted}`),
        new RegExp(String.raw`AddOrchestrator(N)?\s*\(.*\b${name}\b`),
      ];
    case 'cs':
    case 'fs':
    case 'vb':
      return [
        // By the name that it is registered with, whatever the method is called.
        new RegExp(String.raw`[<[]\s*\[?Function(Name)?\]?\s*\(\s*(nameof\(${name}\)|${quoted})`, ending === 'vb' ? 'i' : ''),
        new RegExp(String.raw`\b${name}\s*\(\s*\[\s*OrchestrationTrigger\b`),
        new RegExp(String.raw`\bclass\s+${name}\b.*TaskOrchestrator`),
        new RegExp(String.raw`^\s*(public|internal|private)\s.*\b(Task|ValueTask)(<.*>)?\s+${name}\s*\(\s*$`),
        new RegExp(String.raw`DurableTask\s*\(\s*(nameof\(${name}\)|${quoted})`),
        new RegExp(String.raw`\bclass\s+${name}\b`),
        new RegExp(String.raw`AddOrchestrator\w*(<[^>]*>)?\s*\(\s*(nameof\(${name}\)|${quoted})`),
      ];
    default:
      return [
        new RegExp(String.raw`\bfunction\s*\*?\s*${name}\s*\(`),
        new RegExp(String.raw`\b(const|let|var)\s+${name}\s*(:[^=]*)?=`),
        new RegExp(String.raw`addNamedOrchestrator\s*\(.*${quoted}`),
        new RegExp(String.raw`addOrchestrator\s*\(.*\b${name}\b`),
      ];
  }
}

/** A name that a factory returns stands inside the method that makes the orchestrator, or beside it: its code begins at the next `ctx ->`. */
function bodyStart(lines: readonly string[], line: number): number {
  if (!/(return|=)\s*["']/.test(lines[line] ?? '')) return line;
  const limit = Math.min(lines.length, line + 10);
  for (let index = line; index < limit; index++) {
    if (/->|TaskOrchestration\s+create|void\s+run\s*\(/.test(lines[index] ?? '')) return index;
  }
  return line;
}

const attribute = /^\s*(\[(?!<).*\]|\[<.*>\]|<.*>\s*_?)\s*$/;

/** Of what attributes in lines of their own stand above. */
function belowAttributes(lines: readonly string[], line: number): number {
  if (!/^\s*[<[]+\s*Function/.test(lines[line] ?? '')) return line;
  let below = line;
  while (attribute.test(lines[below] ?? '') && below + 1 < lines.length) below++;
  return below;
}

/** The line and those below it that are indented further, with what closes them. */
function blockAt(lines: readonly string[], start: number): string {
  const depth = (line: string): number => line.search(/\S/);
  const own = depth(lines[start] ?? '');
  let end = start + 1;
  while (end < lines.length) {
    const line = lines[end] ?? '';
    if (line.trim() !== '' && depth(line) <= own && !/^\s*[)\]}{]/.test(line)) break;
    end++;
  }
  return lines.slice(start, end).join('\n');
}
