import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { type GrammarLanguage, SyntaxTrees } from '../../../src/analysis/grammars/syntax-trees';

const folder = path.dirname(createRequire(__filename).resolve('@vscode/tree-sitter-wasm'));
const loaded = new Map<GrammarLanguage, Promise<SyntaxTrees>>();

/** The parser, read once. */
export function treesOf(language: GrammarLanguage): Promise<SyntaxTrees> {
  const trees = loaded.get(language) ?? SyntaxTrees.load(language, (file) => readFile(path.join(folder, file)));
  loaded.set(language, trees);
  return trees;
}
