import { csharpFunctions } from './csharp-functions';
import { findFunctions } from './find-functions';
import { spanOf } from '../findings/finding';
import { ValueFollower } from '../source/follow-value';
import type { FunctionInText } from './function-in-text';
import { powerShellFunctions } from './powershell-script';
import { readModule } from '../source/source-module';

/** In programming models that describe a function beside its code. */
export interface FunctionFolder {
  name: string;
  functionJson: string;
}

// A glance, so that files without functions are not parsed.
const registering = /\bapp\s*\.|\.\s*(?:orchestrator|entity)\s*\(/;

/**
 * The functions that a text registers under names that can be told from it, in its order; `folder`: the name of its folder and the text of the
 * function.json there, where there is one. Null when the text is no program (yet).
 */
export function functionsInText(file: string, text: string, folder: FunctionFolder | null): FunctionInText[] | null {
  if (/\.cs$/i.test(file)) return csharpFunctions(text);
  if (/\.ps1$/i.test(file)) return powerShellFunctions(file, text, folder?.functionJson);
  if (!registering.test(text)) return [];
  const module = readModule(file, text);
  if (module === null) return null;
  const alone = new ValueFollower({ imported: () => undefined });
  return findFunctions(module, alone, folder?.name ?? null).flatMap(({ kind, name, node }) => {
    if (name === null) return [];
    const { startLine1, startColumn1 } = spanOf(node);
    return [{ kind, name, line0: startLine1 - 1, column0: startColumn1 - 1 }];
  });
}
