import assert from 'node:assert/strict';
import path from 'node:path';
import { DeterminismAnalyzer } from '../../src/analysis/rules/determinism-analyzer';
import type { Finding, Fix } from '../../src/analysis/findings/finding';
import { resolutionCandidates, type SourceFiles } from '../../src/analysis/source/module-graph';

/** An app of files by their paths (`src/a.ts`), in memory. */
export function filesOf(texts: Readonly<Record<string, string>>): SourceFiles {
  return {
    resolve(from, specifier) {
      const found = resolutionCandidates(specifier)
        .map((each) => path.posix.join(path.posix.dirname(from), each))
        .find((each) => texts[each] !== undefined);
      return Promise.resolve(found);
    },
    read: (file) => Promise.resolve(texts[file]),
  };
}

/** Findings of the first file of an app, or of a single text that is `a.ts`. */
export async function analyzeText(
  texts: string | Readonly<Record<string, string>>,
  folderName: string | null = null,
): Promise<readonly Finding[]> {
  const files = typeof texts === 'string' ? { 'a.ts': texts } : texts;
  const [first = ''] = Object.keys(files);
  const { findings, unreadable } = await new DeterminismAnalyzer(filesOf(files)).analyze(first, folderName);
  assert.deepEqual(unreadable, [], `cannot be parsed: ${files[first]}`);
  return findings;
}

/** An orchestrator with this body, after these lines. */
export function orchestrator(body: string, before = ''): string {
  return `import * as df from 'durable-functions';\n${before}\ndf.app.orchestration('Story', function* (context) {\n${body}\n});\n`;
}

/** `cause` and the text that the finding stands on, one line each finding. */
export function told(findings: readonly Finding[], texts: string | Readonly<Record<string, string>>): string[] {
  const files = typeof texts === 'string' ? { 'a.ts': texts } : texts;
  return findings.map((each) => `${each.cause}: ${(files[each.file] ?? '').slice(each.span.start, each.span.end)}`);
}

export function applied(text: string, fix: Fix): string {
  let result = text;
  for (const { start, end, text: put } of [...fix.edits].sort((a, b) => b.start - a.start)) {
    result = result.slice(0, start) + put + result.slice(end);
  }
  return result;
}
