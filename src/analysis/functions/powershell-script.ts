/** The function whose script a text in PowerShell is, at its first line that is no comment and no `using`. */
import path from 'node:path';
import type { FunctionInText } from './function-in-text';
import { powerShellFunction } from '../grammars/powershell-functions';

/** `functionJson`: text of the function.json beside the file. */
export function powerShellFunctions(file: string, text: string, functionJson: string | undefined): FunctionInText[] {
  const kind = powerShellFunction(file, functionJson);
  if (kind === null) return [];
  return [
    {
      kind: kind === 'orchestrator' ? 'orchestration' : kind === 'entity' ? 'entity' : 'other',
      name: path.basename(path.dirname(file)),
      ...bodyStart(text),
    },
  ];
}

/** Of a text without code its first line. */
function bodyStart(text: string): Pick<FunctionInText, 'line0' | 'column0'> {
  let isComment = false;
  for (const [line0, line] of text.split(/\r?\n/).entries()) {
    let code = line;
    for (;;) {
      if (isComment) {
        const end = code.indexOf('#>');
        if (end < 0) break;
        code = ' '.repeat(end + 2) + code.slice(end + 2);
        isComment = false;
      }
      const start = /^\s*<#/.exec(code);
      if (start === null) break;
      isComment = true;
    }
    if (isComment || /^\s*(?:#|using\s|$)/i.test(code)) continue;
    return { line0, column0: code.length - code.trimStart().length };
  }
  return { line0: 0, column0: 0 };
}
