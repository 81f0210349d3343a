import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { type GrammarLanguage, SyntaxTrees } from '../../../src/analysis/grammars/syntax-trees';

const folder = path.dirname(createRequire(__filename).resolve('@vscode/tree-sitter-wasm'));
// V8 optimises what parses PowerShell for 16 to 22 seconds of the processor's time, beside whatever tests come next, and no process ends before that is
// done. These texts are read in a tenth of a second without.
setFlagsFromString('--liftoff-only');
const loaded = new Map<GrammarLanguage, Promise<SyntaxTrees>>();

/** The parser, read once. */
export function treesOf(language: GrammarLanguage): Promise<SyntaxTrees> {
  const trees = loaded.get(language) ?? SyntaxTrees.load(language, (file) => readFile(path.join(folder, file)));
  loaded.set(language, trees);
  return trees;
}
