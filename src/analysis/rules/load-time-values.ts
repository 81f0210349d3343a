/** Constants of a module that are set from the clock, from chance or from the environment when the module is loaded. */
import type * as t from '@babel/types';
import type { DeterminismCause } from '../../core/history/divergence';
import type { ValueFollower } from '../source/follow-value';
import { causeOfUse } from './known-sources';
import type { Binding } from '../source/scopes';
import type { SourceModule } from '../source/source-module';
import { childrenOf, isCall, isFunction, isMember } from '../source/syntax';
import { isClass } from '../source/follow-value';

export interface LoadTimeCause {
  cause: DeterminismCause;
  /** The offending expression. */
  node: t.Node;
  module: SourceModule;
}

const causes = new Set<DeterminismCause>(['currentTime', 'random', 'uuid', 'environment']);

/** What makes the constant that a name stands for, here or imported, come out otherwise when the app is loaded again. */
export function loadTimeCause(node: t.Identifier, module: SourceModule, follower: ValueFollower): LoadTimeCause | null {
  const binding = module.bindingOf(node);
  if (binding === undefined || binding.insideOf !== null) return null;
  const declared = binding.kind === 'import' ? follower.importedBinding(binding, module) : { binding, module };
  if (declared === undefined) return null;
  return causeOfBinding(declared.binding, declared.module, follower);
}

const known = new WeakMap<Binding, LoadTimeCause | null>();

function causeOfBinding(binding: Binding, module: SourceModule, follower: ValueFollower): LoadTimeCause | null {
  const before = known.get(binding);
  if (before !== undefined) return before;
  const { declaration, kind } = binding;
  const isConstant = kind === 'constant' || kind === 'variable';
  const init = isConstant && declaration.type === 'VariableDeclarator' ? declaration.init : null;
  const found = init == null ? null : causeInside(init, module, follower);
  known.set(binding, found);
  return found;
}

function causeInside(node: t.Node, module: SourceModule, follower: ValueFollower): LoadTimeCause | null {
  // What a function or a class reads, it reads when it is called.
  if (isFunction(node) || isClass(node)) return null;
  // What is handed to a registration or to a client stays there.
  if (node.type === 'NewExpression' && !(node.callee.type === 'Identifier' && node.callee.name === 'Date')) return null;
  const use =
    isCall(node) || node.type === 'NewExpression'
      ? {
          of: node.callee,
          how: node.type === 'NewExpression' ? ('new' as const) : ('call' as const),
          arguments: node.arguments.length,
        }
      : isMember(node)
        ? { of: node, how: 'read' as const, arguments: 0 }
        : null;
  const value = use === null ? undefined : follower.follow(use.of, module);
  if (use !== null && value?.type === 'external') {
    const cause = causeOfUse({ ...value, how: use.how, arguments: use.arguments });
    if (cause !== null) return causes.has(cause) && !value.path.includes('()') ? { cause, node, module } : null;
    // A package's result may or may not depend on what it was given.
    if (isCall(node) && value.source !== '') return null;
  }
  for (const child of childrenOf(node)) {
    const found = causeInside(child, module, follower);
    if (found !== null) return found;
  }
  return null;
}
