/**
 * Syntax trees of C# and PowerShell, by the grammars that VS Code itself uses (tree-sitter, WebAssembly). They are read when the first such
 * text is looked at. A tree is there for any text: what cannot be read is an `ERROR` node, and what stands around it is still found.
 */
import { Language, type Node, Parser } from '@vscode/tree-sitter-wasm';
import type { TextSpan } from '../findings/finding';

export type GrammarLanguage = 'csharp' | 'powershell';
export type SyntaxNode = Node;

/** Reads one of the files `tree-sitter.wasm`, `tree-sitter-c-sharp.wasm`, `tree-sitter-powershell.wasm`. */
export type ReadGrammar = (file: string) => Promise<Uint8Array>;

const grammarFiles: Readonly<Record<GrammarLanguage, string>> = {
  csharp: 'tree-sitter-c-sharp.wasm',
  powershell: 'tree-sitter-powershell.wasm',
};

let started: Promise<void> | undefined;

/** A parsed text. `dispose` it: its memory is not the garbage collector's. */
export interface SyntaxTree {
  readonly root: SyntaxNode;
  dispose(): void;
}

/** Parses texts of one language. */
export class SyntaxTrees {
  private constructor(private readonly parser: Parser) {}

  static async load(language: GrammarLanguage, read: ReadGrammar): Promise<SyntaxTrees> {
    started ??= read('tree-sitter.wasm').then((wasmBinary) => {
      const module = { wasmBinary, locateFile: (file: string) => file };
      return Parser.init(module);
    });
    await started;
    const parser = new Parser();
    parser.setLanguage(await Language.load(await read(grammarFiles[language])));
    return new SyntaxTrees(parser);
  }

  parse(text: string): SyntaxTree {
    const tree = this.parser.parse(text);
    if (tree === null) throw new Error('The parser has no language.');
    return { root: tree.rootNode, dispose: () => tree.delete() };
  }
}

export function spanOfNode({ startIndex, endIndex, startPosition, endPosition }: SyntaxNode): TextSpan {
  return {
    start: startIndex,
    end: endIndex,
    startLine1: startPosition.row + 1,
    startColumn1: startPosition.column + 1,
    endLine1: endPosition.row + 1,
    endColumn1: endPosition.column + 1,
  };
}

/** The children that have a name in the grammar. */
export function childrenOf(node: SyntaxNode): SyntaxNode[] {
  return node.namedChildren.filter((child) => child !== null);
}

/** The node and everything under it, in the order of the text; below a node that `enter` says no to, nothing. */
export function* within(node: SyntaxNode, enter: (node: SyntaxNode) => boolean = () => true): Generator<SyntaxNode> {
  if (!enter(node)) return;
  yield node;
  for (const child of childrenOf(node)) yield* within(child, enter);
}
