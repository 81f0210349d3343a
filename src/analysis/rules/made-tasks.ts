/** What the tasks of an orchestrator are made of, as far as its text tells: the calls behind variables, lists and groups. */
import type * as t from '@babel/types';
import type { DurableCode } from '../functions/durable-code';
import type { Binding } from '../source/scopes';
import type { SourceModule } from '../source/source-module';
import { isCall, isFunction, isMember, memberName, unwrap, type CallNode } from '../source/syntax';

export class MadeTasks {
  constructor(
    private readonly module: SourceModule,
    private readonly durable: DurableCode,
  ) {}

  /** Work that somebody else does, which could begin at once: no timer (its time is set), no event (it is kept), no lock. */
  isWork(node: t.Node): boolean {
    const inner = unwrap(node);
    if (!isCall(inner) || !this.durable.isTaskCall(inner, this.module)) return false;
    const method = this.durable.methodOf(inner, this.module);
    return method === null || /^call/.test(method);
  }

  hasRetries(node: t.Node): boolean {
    return isCall(node) && /WithRetry$/.test(this.durable.methodOf(node, this.module) ?? '');
  }

  /** What makes the tasks of a group, as far as it is seen. */
  madeOf(group: CallNode): t.Node[] {
    const [given] = group.arguments;
    const of = (node: t.Node): t.Node[] => {
      const inner = unwrap(node);
      if (inner.type === 'SpreadElement') return of(inner.argument);
      if (inner.type === 'ArrayExpression') return inner.elements.flatMap((each) => (each === null ? [] : of(each)));
      if (isCall(inner)) return [inner, ...this.#mappedTo(inner)];
      const binding = inner.type === 'Identifier' ? this.module.bindingOf(inner) : undefined;
      return binding === undefined ? [] : this.#madeIn(binding);
    };
    return given === undefined ? [] : of(given);
  }

  /** More tasks than places in the text that make one. */
  isOfMany(group: CallNode): boolean {
    const [given] = group.arguments;
    const inner = given === undefined ? undefined : unwrap(given);
    return inner !== undefined && inner.type !== 'ArrayExpression';
  }

  whatIn(binding: Binding): 'work' | 'timer' | null {
    const made = this.#madeIn(binding);
    if (made.some((each) => this.isWork(each))) return 'work';
    const isTimer = (each: t.Node): boolean => this.durable.methodOf(each, this.module) === 'createTimer';
    return made.some(isTimer) ? 'timer' : null;
  }

  #madeIn(binding: Binding): t.Node[] {
    const made: t.Node[] = [];
    const { declaration } = binding;
    if (declaration.type !== 'VariableDeclarator' || declaration.init == null) return [];
    const init = unwrap(declaration.init);
    if (init.type === 'ArrayExpression') for (const each of init.elements) if (each !== null) made.push(unwrap(each));
    if (isCall(init)) made.push(init, ...this.#mappedTo(init));
    for (const { node } of binding.references) made.push(...this.pushedBy(node));
    for (const each of [...made]) {
      const declared = each.type === 'Identifier' ? this.module.bindingOf(each)?.declaration : undefined;
      if (declared?.type === 'VariableDeclarator' && declared.init != null) made.push(unwrap(declared.init));
    }
    return made;
  }

  /** What `list.push(x)` adds, for a use of `list`. */
  pushedBy(node: t.Node): t.Node[] {
    const member = this.module.parents.get(node);
    const call = member === undefined ? undefined : this.module.parents.get(member);
    const isPush = member !== undefined && isMember(member) && member.object === node && memberName(member) === 'push';
    return isPush && call !== undefined && isCall(call) ? call.arguments.map(unwrap) : [];
  }

  /** What `list.map(() => x)` makes of each. */
  #mappedTo(call: CallNode): t.Node[] {
    if (!isMember(call.callee) || memberName(call.callee) !== 'map') return [];
    const [callback] = call.arguments;
    if (callback === undefined || !isFunction(callback) || callback.generator === true || callback.async) return [];
    if (callback.body.type !== 'BlockStatement') return [unwrap(callback.body)];
    const last = callback.body.body.at(-1);
    return last?.type === 'ReturnStatement' && last.argument != null ? [unwrap(last.argument)] : [];
  }

  isListOfWork(init: t.Node, uses: readonly t.Node[]): boolean {
    if (init.type === 'ArrayExpression') {
      if (!init.elements.every((each) => each !== null && this.isWork(each))) return false;
      const pushed = uses.flatMap((each) => this.pushedBy(each));
      return init.elements.length > 1 || pushed.some((each) => this.isWork(each));
    }
    return isCall(init) && this.#mappedTo(init).some((each) => this.isWork(each));
  }

  membersOf(group: CallNode): { binding: Binding; shown: string }[] {
    const [given] = group.arguments;
    const of = (node: t.Node): { binding: Binding; shown: string }[] => {
      const inner = unwrap(node);
      if (inner.type === 'SpreadElement') return of(inner.argument);
      if (inner.type === 'ArrayExpression') return inner.elements.flatMap((each) => (each === null ? [] : of(each)));
      const binding = inner.type === 'Identifier' ? this.module.bindingOf(inner) : undefined;
      return binding === undefined || binding.insideOf === null ? [] : [{ binding, shown: binding.name }];
    };
    return given === undefined ? [] : of(given);
  }
}
