/** Which variables hold an orchestration's context, and which expressions make tasks. */
import type * as t from '@babel/types';
import { pathInPattern, type Value, type ValueFollower } from '../source/follow-value';
import type { Binding } from '../source/scopes';
import type { SourceModule } from '../source/source-module';
import { isCall, isFunction, isMember, keyName, memberName, unwrap, type CallNode, type FunctionNode } from '../source/syntax';

/** `context` of an orchestrator, its `df`, or `df.Task`. */
export type DurableRole = 'context' | 'df' | 'taskSet';

/** The same, and `df.currentUtcDateTime`. */
type Part = DurableRole | 'clock';

const taskMethods = new Set([
  'callActivity',
  'callActivityWithRetry',
  'callSubOrchestrator',
  'callSubOrchestratorWithRetry',
  'callEntity',
  'callHttp',
  'createTimer',
  'waitForExternalEvent',
  'lock',
]);

/** What one may ask a task for without yielding it. */
export const taskMembers = new Set([
  'result',
  'isCompleted',
  'isFaulted',
  'isCanceled',
  'cancel',
  'withRetry',
  'hasResult',
  'id',
  'state',
]);

export class DurableCode {
  readonly #roles = new Map<Binding, Part>();

  constructor(private readonly follower: ValueFollower) {}

  /** The first parameter of an orchestrator is its context. */
  enterOrchestrator(fn: FunctionNode, module: SourceModule): void {
    const [first] = fn.params;
    if (first !== undefined) this.#giveRole(first, 'context', module);
  }

  /** What a helper is handed, as far as it is a context or a part of one. True when something new was learned. */
  enterHelper(fn: FunctionNode, module: SourceModule, call: { arguments: t.Node[] }, from: SourceModule): boolean {
    let hasLearned = false;
    for (const [index, argument] of call.arguments.entries()) {
      const parameter = fn.params[index];
      if (parameter === undefined) break;
      const role = this.#partOf(argument, from);
      if (role !== undefined && this.#giveRole(parameter, role, module)) hasLearned = true;
    }
    return hasLearned;
  }

  roleOf(node: t.Node, module: SourceModule): DurableRole | undefined {
    const part = this.#partOf(node, module);
    return part === 'clock' ? undefined : part;
  }

  /** True for `context.df.currentUtcDateTime` itself, or a variable that holds that very object. */
  isClock(node: t.Node, module: SourceModule): boolean {
    return this.#partOf(node, module) === 'clock';
  }

  #partOf(node: t.Node, module: SourceModule, steps = 10): Part | undefined {
    const inner = unwrap(node);
    if (steps <= 0) return undefined;
    if (inner.type === 'Identifier') {
      const binding = module.bindingOf(inner);
      return binding === undefined ? undefined : this.#roleOfBinding(binding, module, steps - 1);
    }
    if (!isMember(inner)) return undefined;
    const name = memberName(inner);
    return name === null ? undefined : partOf(this.#partOf(inner.object, module, steps - 1), [name]);
  }

  /** What to write in a function for `context.df`; null when the function has none at hand. */
  dfText(fn: t.Node, module: SourceModule): string | null {
    for (let each: t.Node | undefined = fn; each !== undefined; each = module.parents.get(each)) {
      if (!isFunction(each)) continue;
      for (const parameter of each.params) {
        const found = this.#dfTextIn(parameter, module);
        if (found !== null) return found;
      }
    }
    return null;
  }

  /** The method of `context.df` or of `context.df.Task` that is called, for instance `callActivity` or `Task.all`. */
  methodOf(node: t.Node, module: SourceModule): string | null {
    if (!isCall(node)) return null;
    const callee = unwrap(node.callee);
    if (!isMember(callee)) return null;
    const role = this.roleOf(callee.object, module);
    const name = memberName(callee);
    if (name === null || role === undefined || role === 'context') return null;
    return role === 'taskSet' ? `Task.${name}` : name;
  }

  /** True for an expression that surely makes a task, or is a constant that holds one. */
  isTask(node: t.Node, module: SourceModule, steps = 6): boolean {
    if (steps <= 0) return false;
    const inner = unwrap(node);
    if (inner.type === 'Identifier') {
      const declaration = module.bindingOf(inner)?.declaration;
      if (declaration?.type !== 'VariableDeclarator' || declaration.id.type !== 'Identifier' || declaration.init == null)
        return false;
      if (module.bindingOf(inner)?.references.some((each) => each.isWrite) === true) return false;
      return this.isTask(declaration.init, module, steps - 1);
    }
    if (inner.type === 'ConditionalExpression') {
      return this.isTask(inner.consequent, module, steps - 1) && this.isTask(inner.alternate, module, steps - 1);
    }
    return isCall(inner) && this.isTaskCall(inner, module, steps);
  }

  isTaskCall(node: CallNode, module: SourceModule, steps = 6): boolean {
    const method = this.methodOf(node, module);
    if (method !== null) return taskMethods.has(method) || method === 'Task.all' || method === 'Task.any';
    const callee = unwrap(node.callee);
    if (isMember(callee) && memberName(callee) === 'withRetry') return this.isTask(callee.object, module, steps - 1);
    const value = this.follower.follow(callee, module);
    if (value?.type !== 'node') return isRegistered(value);
    if (isFunction(value.node)) return this.#makesTask(value.node, value.module, steps - 1);
    return isRegistration(value.node);
  }

  /** Which argument of a call is an activity's input; null where no activity is called. */
  activityInputIndex(node: CallNode, module: SourceModule): number | null {
    const method = this.methodOf(node, module);
    if (method !== null) return method === 'callActivity' ? 1 : method === 'callActivityWithRetry' ? 2 : null;
    const value = this.follower.follow(unwrap(node.callee), module);
    if (value?.type === 'external') return isRegistered(value, 'activity') ? 0 : null;
    return value?.type === 'node' && isRegistration(value.node, 'activity') ? 0 : null;
  }

  /** A line for a log: of the console, or of the context. */
  isLogCall(node: CallNode, module: SourceModule): boolean {
    const callee = unwrap(node.callee);
    if (!isMember(callee)) return false;
    for (let each: t.Node = callee; isMember(each); each = unwrap(each.object)) {
      if (each.object.type === 'Identifier' && each.object.name === 'console') return module.bindingOf(each.object) === undefined;
      const name = memberName(each);
      if (name === null || !/^(log|trace|debug|info|warn|error|verbose)$/.test(name)) return false;
      if (this.roleOf(each.object, module) === 'context') return true;
    }
    return false;
  }

  /** Starts, signals or awaits something, so that it has to happen in each replay alike. */
  asksForWork(node: CallNode, module: SourceModule): boolean {
    const method = this.methodOf(node, module);
    // What a combination is made of asks by itself.
    if (method?.startsWith('Task.') === true) return false;
    return method === 'signalEntity' || method === 'continueAsNew' || this.isTaskCall(node, module);
  }

  #roleOfBinding(binding: Binding, module: SourceModule, steps: number): Part | undefined {
    const part = this.#roles.get(binding) ?? this.#roleOfDeclared(binding, module, steps);
    // What is assigned later may be another date.
    return part === 'clock' && binding.references.some((each) => each.isWrite) ? undefined : part;
  }

  #roleOfDeclared(binding: Binding, module: SourceModule, steps: number): Part | undefined {
    const { declaration } = binding;
    if (binding.kind === 'parameter' && isFunction(declaration)) {
      for (const parameter of declaration.params) {
        const way = pathInPattern(parameter, binding, module);
        if (way !== null) return partOf(roleOfType(parameter), way);
      }
      return undefined;
    }
    if (declaration.type !== 'VariableDeclarator' || declaration.init == null) return undefined;
    const way = pathInPattern(declaration.id, binding, module);
    return way === null ? undefined : partOf(this.#partOf(declaration.init, module, steps), way);
  }

  #giveRole(parameter: t.Node, role: Part, module: SourceModule): boolean {
    if (parameter.type === 'AssignmentPattern') return this.#giveRole(parameter.left, role, module);
    if (parameter.type === 'ObjectPattern') {
      let hasLearned = false;
      for (const each of parameter.properties) {
        const part = each.type === 'RestElement' ? undefined : partOf(role, [keyName(each) ?? '']);
        if (part !== undefined && each.type === 'ObjectProperty' && this.#giveRole(each.value, part, module)) hasLearned = true;
      }
      return hasLearned;
    }
    const binding = parameter.type === 'Identifier' ? module.bindingOf(parameter) : undefined;
    if (binding === undefined || this.#roles.has(binding)) return false;
    this.#roles.set(binding, role);
    return true;
  }

  #dfTextIn(pattern: t.Node, module: SourceModule): string | null {
    switch (pattern.type) {
      case 'Identifier': {
        const binding = module.bindingOf(pattern);
        const role = binding === undefined ? undefined : this.#roleOfBinding(binding, module, 5);
        if (role === 'context') return `${pattern.name}.df`;
        return role === 'df' ? pattern.name : null;
      }
      case 'AssignmentPattern':
        return this.#dfTextIn(pattern.left, module);
      case 'ObjectPattern':
        for (const each of pattern.properties) {
          const found = each.type === 'ObjectProperty' ? this.#dfTextIn(each.value, module) : null;
          if (found !== null) return found;
        }
        return null;
      default:
        return null;
    }
  }

  #makesTask(fn: FunctionNode, module: SourceModule, steps: number): boolean {
    if (fn.generator === true || fn.async === true) return false;
    if (fn.body.type !== 'BlockStatement') return this.isTask(fn.body, module, steps);
    const last = fn.body.body.at(-1);
    return last?.type === 'ReturnStatement' && last.argument != null && this.isTask(last.argument, module, steps);
  }
}

function partOf(role: Part | undefined, path: readonly string[]): Part | undefined {
  let part = role;
  for (const name of path) {
    if (part === 'context' && name === 'df') part = 'df';
    else if (part === 'df' && name === 'Task') part = 'taskSet';
    else if (part === 'df' && name === 'currentUtcDateTime') part = 'clock';
    else return undefined;
  }
  return part;
}

const contextTypes = new Set(['OrchestrationContext', 'IOrchestrationFunctionContext']);

/** What the type written at a parameter says. */
function roleOfType(parameter: t.Node): DurableRole | undefined {
  if (parameter.type === 'AssignmentPattern') return roleOfType(parameter.left);
  const name = typeName(parameter);
  if (name === null) return undefined;
  if (contextTypes.has(name)) return 'context';
  return name === 'DurableOrchestrationContext' ? 'df' : undefined;
}

/** The last part of the type written at a variable or parameter. */
function typeName(node: t.Node): string | null {
  const annotation = 'typeAnnotation' in node ? node.typeAnnotation : null;
  if (annotation == null || annotation.type !== 'TSTypeAnnotation' || annotation.typeAnnotation.type !== 'TSTypeReference')
    return null;
  const { typeName: name } = annotation.typeAnnotation;
  if (name.type === 'Identifier') return name.name;
  return name.right.name;
}

/** True for a variable that TypeScript is told holds an orchestrator. */
export function isTypedOrchestrator(pattern: t.Node): boolean {
  return typeName(pattern) === 'OrchestrationHandler';
}

export function takesContext(fn: FunctionNode): boolean {
  const [first] = fn.params;
  return first !== undefined && roleOfType(first) === 'context';
}

/** `df.app.activity('x', ...)` gives a function that makes tasks. */
function isRegistration(node: t.Node, what?: 'activity'): boolean {
  if (!isCall(node) || !isMember(node.callee)) return false;
  const name = memberName(node.callee);
  return (name === 'activity' || (name === 'orchestration' && what === undefined)) && isAppLike(node.callee.object);
}

function isRegistered(value: Value | undefined, what?: 'activity'): boolean {
  if (value?.type !== 'external' || value.source !== 'durable-functions') return false;
  const [first, second, third] = value.path;
  return first === 'app' && (second === 'activity' || (second === 'orchestration' && what === undefined)) && third === '()';
}

/** `app` or `something.app`. */
export function isAppLike(node: t.Node): boolean {
  const inner = unwrap(node);
  if (inner.type === 'Identifier') return inner.name === 'app';
  return isMember(inner) && memberName(inner) === 'app';
}
