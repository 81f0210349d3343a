/** Variables of a module that change while the app runs. */
import type * as t from '@babel/types';
import type { ValueFollower } from '../source/follow-value';
import type { Binding } from '../source/scopes';
import type { SourceModule } from '../source/source-module';
import { isCall, isFunction, isMember, memberName, unwrap, type CallNode } from '../source/syntax';

const mutating = new Set('push pop shift unshift splice sort reverse fill copyWithin set add delete clear'.split(' '));
const containers = new Set(['Map', 'Set', 'WeakMap', 'WeakSet', 'Array']);

export class GlobalState {
  readonly #changing = new Map<Binding, boolean>();
  readonly #read = new Map<t.Node, Set<Binding>>();

  constructor(private readonly follower: ValueFollower) {}

  /** How a name in a function uses a changing variable of its module; null when it does not, or when a read of it has been told before. */
  stateUsed(node: t.Identifier, module: SourceModule, fn: t.Node): 'read' | 'write' | null {
    const declared = this.#declared(node, module);
    if (declared === null) return null;
    const { binding } = declared;
    if (module.isWrite(node)) return 'write';
    if (isMutationRoot(node, module)) return null;
    if (!this.#isChanging(binding, declared.module)) return null;
    const told = this.#read.get(fn) ?? new Set();
    if (told.has(binding)) return null;
    this.#read.set(fn, told.add(binding));
    return 'read';
  }

  /** What `a.b = c`, `a.b++` or `delete a.b` changes, if `a` is a variable of the module or the runtime's global object. */
  memberWritten(node: t.AssignmentExpression | t.UpdateExpression | t.UnaryExpression, module: SourceModule): string | null {
    const target = writtenTarget(node);
    if (target === null || !isMember(target)) return null;
    const root = rootOf(target);
    if (root === null) return null;
    const binding = module.bindingOf(root);
    if (binding === undefined) return /^(global|globalThis)$/.test(root.name) ? root.name : null;
    if (binding.insideOf !== null) return null;
    return isOfModule(binding) || binding.kind === 'class' || binding.kind === 'import' ? root.name : null;
  }

  /** The variable of the module that a call like `list.push(x)` changes. */
  mutatedBy(node: CallNode, module: SourceModule): string | null {
    const callee = unwrap(node.callee);
    if (!isMember(callee) || !mutating.has(memberName(callee) ?? '')) return null;
    const root = unwrap(callee.object);
    if (root.type !== 'Identifier') return null;
    const declared = this.#declared(root, module);
    return declared !== null && holdsContainer(declared.binding) ? root.name : null;
  }

  /** The variable of a module, of this one or of one that it is imported from, that a name stands for. */
  #declared(node: t.Identifier, module: SourceModule): { binding: Binding; module: SourceModule } | null {
    const binding = module.bindingOf(node);
    if (binding === undefined || binding.insideOf !== null) return null;
    const declared = binding.kind === 'import' ? this.follower.importedBinding(binding, module) : { binding, module };
    return declared !== undefined && isOfModule(declared.binding) ? declared : null;
  }

  #isChanging(binding: Binding, module: SourceModule): boolean {
    let isChanging = this.#changing.get(binding);
    if (isChanging === undefined) {
      isChanging = binding.references.some(
        ({ node, isWrite }) =>
          (isWrite || (holdsContainer(binding) && isMutationRoot(node, module))) && isInFunction(node, module),
      );
      this.#changing.set(binding, isChanging);
    }
    return isChanging;
  }
}

/** `a` of `a.b[c].d`; null when something else stands there. */
export function rootOf(node: t.Node): t.Identifier | null {
  let root = unwrap(node);
  while (isMember(root)) root = unwrap(root.object);
  return root.type === 'Identifier' ? root : null;
}

function isOfModule(binding: Binding): boolean {
  return binding.insideOf === null && (binding.kind === 'variable' || binding.kind === 'constant');
}

function holdsContainer({ declaration }: Binding): boolean {
  if (declaration.type !== 'VariableDeclarator' || declaration.init == null) return false;
  const init = unwrap(declaration.init);
  if (init.type === 'ArrayExpression' || init.type === 'ObjectExpression') return true;
  return init.type === 'NewExpression' && init.callee.type === 'Identifier' && containers.has(init.callee.name);
}

/** True for `a` in `a.b = c`, `delete a.b`, `a.push(b)`. */
function isMutationRoot(node: t.Identifier, module: SourceModule): boolean {
  let top: t.Node = node;
  let parent = module.parents.get(top);
  while (parent !== undefined && isMember(parent) && parent.object === top) {
    top = parent;
    parent = module.parents.get(top);
  }
  if (top === node || parent === undefined) return false;
  if (isCall(parent)) return parent.callee === top && isMember(top) && mutating.has(memberName(top) ?? '') && top.object === node;
  return writtenTarget(parent) === top;
}

function writtenTarget(node: t.Node): t.Node | null {
  if (node.type === 'AssignmentExpression') return unwrap(node.left);
  if (node.type === 'UpdateExpression' || (node.type === 'UnaryExpression' && node.operator === 'delete')) {
    return unwrap(node.argument);
  }
  return null;
}

function isInFunction(node: t.Node, module: SourceModule): boolean {
  for (let each = module.parents.get(node); each !== undefined; each = module.parents.get(each))
    if (isFunction(each)) return true;
  return false;
}
