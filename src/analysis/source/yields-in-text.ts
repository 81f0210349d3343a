/** The yields of a file's generators, and the branches that hold some: what a run may reach or not. */
import type * as t from '@babel/types';
import { spanOf } from '../findings/finding';
import { lineOf, readModule } from './source-module';
import { childrenOf } from './syntax';

/** Lines and columns from 1. */
export interface Span {
  startLine1: number;
  startColumn1: number;
  endLine1: number;
  endColumn1: number;
}

export interface YieldInText extends Span {
  /** One line of source. */
  text: string;
}

/** A branch is reached when one of its yields is; one without yields leaves nothing in a history and is not told. */
export interface BranchInText {
  /** `catch`, `if`, `else`, `case`. */
  kind: string;
  /** Of the whole statement. */
  statement: Span;
  /** Of the branch. */
  span: Span;
  /** Indices of its yields, those deeper inside too. */
  yields: readonly number[];
}

/** Null when the text is no program (yet). */
export function yieldsInText(file: string, text: string): { yields: YieldInText[]; branches: BranchInText[] } | null {
  if (!/\byield\b/.test(text)) return { yields: [], branches: [] };
  const module = readModule(file, text);
  if (module === null) return null;
  const yields: YieldInText[] = [];
  const branches: BranchInText[] = [];
  const branch = (kind: string, statement: t.Node, node: t.Node): void => {
    const from = yields.length;
    walk(node);
    if (yields.length === from) return;
    const inside = Array.from({ length: yields.length - from }, (_, index) => from + index);
    branches.push({ kind, statement: spanOf(statement), span: spanOf(node), yields: inside });
  };
  const walk = (node: t.Node): void => {
    switch (node.type) {
      case 'YieldExpression':
        yields.push({ ...spanOf(node), text: lineOf(node, module) });
        break;
      case 'IfStatement':
        walk(node.test);
        branch('if', node, node.consequent);
        if (node.alternate != null) branch('else', node, node.alternate);
        return;
      case 'TryStatement':
        walk(node.block);
        if (node.handler != null) branch('catch', node, node.handler);
        if (node.finalizer != null) walk(node.finalizer);
        return;
      case 'SwitchStatement':
        walk(node.discriminant);
        for (const each of node.cases) branch('case', node, each);
        return;
      default:
        break;
    }
    for (const child of childrenOf(node)) walk(child);
  };
  walk(module.program);
  return { yields, branches };
}
