/** Lines (from 1) of JavaScript or TypeScript text on which the word `yield` stands outside of comments and plain strings. */
export function yieldLines(text: string): number[] {
  const lines: number[] = [];
  let inComment = false;
  for (const [index, line] of text.split(/\r\n|\r|\n/).entries()) {
    const { code, endsInComment } = withoutText(line, inComment);
    inComment = endsInComment;
    if (/(?<![\w$.])yield(?![\w$])/.test(code)) lines.push(index + 1);
  }
  return lines;
}

function withoutText(line: string, startsInComment: boolean): { code: string; endsInComment: boolean } {
  let code = '';
  let inComment = startsInComment;
  for (let at = 0; at < line.length;) {
    if (inComment) {
      const end = line.indexOf('*/', at);
      if (end < 0) return { code, endsInComment: true };
      inComment = false;
      at = end + 2;
    } else if (line.startsWith('//', at)) {
      return { code, endsInComment: false };
    } else if (line.startsWith('/*', at)) {
      inComment = true;
      at += 2;
    } else if (line[at] === '"' || line[at] === "'") {
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
