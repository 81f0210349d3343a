import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { promisify } from 'node:util';
import { brotliDecompress } from 'node:zlib';
import type { GrammarLanguage, SyntaxTrees } from '../grammars/syntax-trees';
import type * as grammars from './entry';

type Grammars = typeof grammars;

let part: Grammars | undefined;
const parsers = new Map<GrammarLanguage, Promise<SyntaxTrees>>();

/** The part of the extension that reads C# and PowerShell, in a bundle of its own. */
export function loadGrammars(): Grammars {
  part ??= createRequire(__filename)(path.join(__dirname, 'grammars.js')) as Grammars;
  return part;
}

/** The parser of a language, whose grammar lies compressed beside the bundles. */
export function parserOf(language: GrammarLanguage): Promise<SyntaxTrees> {
  const parser = parsers.get(language) ?? loadGrammars().SyntaxTrees.load(language, readGrammar);
  parsers.set(language, parser);
  return parser;
}

const decompress = promisify(brotliDecompress);

async function readGrammar(file: string): Promise<Uint8Array> {
  return decompress(await readFile(path.join(__dirname, 'grammars', `${file}.br`)));
}
