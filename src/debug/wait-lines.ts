/** Lines on which an orchestrator may wait, by the word with which code of its language does; for breakpoints. */
import path from 'node:path';

interface Waiting {
  /** As it is said to a person: `there is no ... in this file`. */
  word: string;
  pattern: RegExp;
  /** What begins a comment up to the end of its line. */
  comment: string;
}

const javaScript: Waiting = { word: 'yield', pattern: /(?<![\w$.])yield(?![\w$])/, comment: '//' };

/** By extension. Any other is JavaScript or TypeScript. */
const languages: Readonly<Record<string, Waiting>> = {
  '.cs': { word: 'await', pattern: /(?<![\w@.])await(?!\w)/, comment: '//' },
  '.fs': { word: 'let!, do! or return!', pattern: /(?<!\w)(?:let|do|use|match|return|and)!/, comment: '//' },
  '.vb': { word: 'Await', pattern: /(?<![\w.])await(?!\w)/i, comment: "'" },
  '.ps1': {
    word: 'Invoke-DurableActivity, Wait-DurableTask or the like',
    pattern:
      /(?<![\w-])(?:(?:invoke|wait|start)-durable(?:activity|suborchestrator|task|timer|externaleventlistener|httprequest)|invoke-activityfunction|wait-activityfunction)(?![\w-])/i,
    comment: '#',
  },
  '.py': { word: 'yield', pattern: /(?<![\w.])yield(?!\w)/, comment: '#' },
  '.java': { word: 'await()', pattern: /\.\s*await\s*\(/, comment: '//' },
  '.go': { word: 'Await()', pattern: /\.\s*Await\s*\(/, comment: '//' },
};

function waitingIn(file: string): Waiting {
  return languages[path.extname(file).toLowerCase()] ?? javaScript;
}

/** `await`, `yield` ... */
export function waitWord(file: string): string {
  return waitingIn(file).word;
}

/** Lines (from 1) of the file's text on which that word stands outside of comments and plain strings. */
export function waitLines(file: string, text: string): number[] {
  const { pattern, comment } = waitingIn(file);
  const lines: number[] = [];
  let inComment = false;
  for (const [index, line] of text.split(/\r\n|\r|\n/).entries()) {
    const { code, endsInComment } = withoutText(line, inComment, comment);
    inComment = endsInComment;
    if (pattern.test(code)) lines.push(index + 1);
  }
  return lines;
}

function withoutText(line: string, startsInComment: boolean, comment: string): { code: string; endsInComment: boolean } {
  let code = '';
  let inComment = startsInComment;
  for (let at = 0; at < line.length;) {
    if (inComment) {
      const end = line.indexOf('*/', at);
      if (end < 0) return { code, endsInComment: true };
      inComment = false;
      at = end + 2;
    } else if (line.startsWith(comment, at)) {
      return { code, endsInComment: false };
    } else if (comment === '//' && line.startsWith('/*', at)) {
      inComment = true;
      at += 2;
    } else if (line[at] === '"' || (line[at] === "'" && comment !== "'")) {
      at = afterString(line, at);
      code += '""';
    } else {
      code += line[at] ?? '';
      at++;
    }
  }
  return { code, endsInComment: inComment };
}

function afterString(line: string, start: number): number {
  for (let at = start + 1; at < line.length; at++) {
    if (line[at] === '\\') at++;
    else if (line[at] === line[start]) return at + 1;
  }
  return line.length;
}
