import type { SyntaxNode, SyntaxTrees } from './syntax-trees';

/** Where a text can no longer be read, from 1: where what is not closed begins, else the part that fits nowhere. Null: it can be read whole. */
export function firstMistake(trees: SyntaxTrees, text: string): { line: number; column: number } | null {
  const tree = trees.parse(text);
  try {
    const node = mistakeIn(tree.root);
    return node === null ? null : { line: node.startPosition.row + 1, column: node.startPosition.column + 1 };
  } finally {
    tree.dispose();
  }
}

function mistakeIn(node: SyntaxNode): SyntaxNode | null {
  if (node.isError) return node;
  // What closes it is asked for at the end of the text.
  if (node.isMissing) return node.parent ?? node;
  if (!node.hasError) return null;
  for (const child of node.children) {
    const found = child === null ? null : mistakeIn(child);
    if (found !== null) return found;
  }
  return null;
}
