/** Scopes, variables and expressions at a moment, read off a run that stands there. */
import type { Runtime } from 'node:inspector';
import type { Variable, VariableScope } from '../../../../core/ports/replay-worker';
import { ReplayRefusal } from './replay-refusal';
import type { ReplayedRun } from './replay-run';
import type { RemoteScope, ValueInspector } from './value-inspector';
import { isIdentifier, VariableTable, type VariableKey, type VariableNode } from './variable-table';
import { hasParts, typeText, valueText } from './variable-text';

type RemoteObject = Runtime.RemoteObject;

/** Objects of one run at one moment, by node. */
interface Objects {
  epoch: number;
  moment: number;
  byNode: Map<VariableNode, RemoteObject>;
}

/** More than this of a list is shown only when asked for by range. */
const mostAtOnce = 1_000;

export class VariableReader {
  private readonly table: VariableTable;
  private readonly objects = new WeakMap<ReplayedRun, Objects>();

  constructor(
    private readonly inspector: ValueInspector,
    private readonly facts: (run: ReplayedRun) => object,
    session: number,
  ) {
    this.table = new VariableTable(String(session));
  }

  /** The moment that a reference belongs to; null for one that was not given out. */
  momentOf(reference: string): number | null {
    return this.table.get(reference)?.moment ?? null;
  }

  /** The run goes on: nothing that was read off it is good any more. */
  forget(run: ReplayedRun): void {
    this.objects.delete(run);
  }

  scopes(run: ReplayedRun, frame: number): VariableScope[] {
    const { moment } = run;
    const shown: VariableScope[] = this.scopesOf(run, frame).map(({ description }, index) => ({
      name: scopeName(description),
      reference: this.table.root({ type: 'scope', moment, frame, index }, null).reference,
      expensive: /^(Global|Script)/.test(description),
    }));
    if (!run.hasContext) return shown;
    const facts = {
      name: 'Durable context',
      reference: this.table.root({ type: 'facts', moment }, null).reference,
      expensive: false,
    };
    const inner = shown.findIndex((scope) => !/^(Local|Block|Catch|With)/.test(scope.name));
    shown.splice(inner < 0 ? shown.length : inner, 0, facts);
    return shown;
  }

  variables(run: ReplayedRun, reference: string, range: { start: number; count: number } | undefined): Variable[] {
    const node = this.table.get(reference);
    const object = node === undefined ? undefined : this.resolve(run, node);
    if (node === undefined || object?.objectId === undefined) return [];
    if (isList(object) && (range !== undefined || listLength(object) > mostAtOnce)) {
      const { start, count } = range ?? { start: 0, count: mostAtOnce };
      return this.inspector
        .slice(object.objectId, start, Math.min(count, mostAtOnce))
        .map((property) => this.variable(run, node, { type: 'index', name: property.name }, property.value));
    }
    const { result, internalProperties = [] } = this.inspector.properties(object.objectId, true);
    const isScope = 'type' in node.origin && node.origin.type === 'scope';
    const own = result
      .filter((property) => property.isOwn !== false && !(isList(object) && property.name === 'length'))
      .filter((property) => !isScope || (property.name !== 'this' && property.name !== 'arguments'))
      .map((property) => {
        const key: VariableKey =
          property.symbol === undefined ? { type: 'property', name: property.name } : { type: 'symbol', name: property.name };
        if (property.get !== undefined && property.value === undefined && property.get.type === 'function')
          return { name: property.name, value: '(getter)', type: 'accessor', reference: null };
        return this.variable(run, node, key, property.value);
      });
    const inner = internalProperties
      .filter(({ name }) => shownInternals.has(name))
      .map(({ name, value }) => this.variable(run, node, { type: 'internal', name }, value));
    return isScope ? own : [...own, ...inner];
  }

  evaluate(run: ReplayedRun, frame: number, expression: string): Variable {
    const object = this.evaluated(run, frame, expression);
    const node = this.table.root({ type: 'evaluated', moment: run.moment, frame, expression }, `(${expression})`);
    this.remember(run, node, object);
    return this.shown(expression, object, hasParts(object) ? node : null, expression);
  }

  private evaluated(run: ReplayedRun, frame: number, expression: string): RemoteObject {
    const text = expression.trim();
    if (text === '') throw new ReplayRefusal('InvalidArgument', 'Give an expression to evaluate.');
    const { names, values, receiver } = this.namesIn(run, frame, text);
    // The parentheses make a statement, or two, a syntax error; the line break ends a comment.
    const { result, exceptionDetails } = this.inspector.call(
      `function (${names.join(', ')}) { 'use strict'; return (${text}\n); }`,
      receiver,
      values,
    );
    if (exceptionDetails === undefined) return result;
    throw new ReplayRefusal('InvalidArgument', refusalText(exceptionDetails));
  }

  /** The variables that the expression may speak of, as parameters. */
  private namesIn(
    run: ReplayedRun,
    frame: number,
    text: string,
  ): { names: string[]; values: Runtime.CallArgument[]; receiver: string } {
    const words = new Set(text.match(/[\p{ID_Start}$_][\p{ID_Continue}$]*/gu) ?? []);
    const names: string[] = [];
    const values: Runtime.CallArgument[] = [];
    let receiver: string | undefined;
    for (const { description, object } of this.scopesOf(run, frame)) {
      if (/^(Global|Script)/.test(description) || object.objectId === undefined) continue;
      for (const { name, value } of this.inspector.properties(object.objectId).result) {
        if (name === 'this') receiver ??= value?.objectId;
        if (value === undefined || name === 'this' || name === 'arguments' || names.includes(name)) continue;
        if (!words.has(name) || !isIdentifier(name)) continue;
        names.push(name);
        values.push(argumentOf(value));
      }
    }
    return { names, values, receiver: receiver ?? this.inspector.remote(globalThis).objectId ?? '' };
  }

  private variable(run: ReplayedRun, parent: VariableNode, key: VariableKey, value: RemoteObject | undefined): Variable {
    if (value === undefined) return { name: key.name, value: '(not yet set)', type: 'undefined', reference: null };
    const node = this.table.child(parent, key);
    this.remember(run, node, value);
    return this.shown(key.name, value, hasParts(value) ? node : null, node.evaluateName);
  }

  private shown(name: string, value: RemoteObject, node: VariableNode | null, evaluateName: string | null): Variable {
    return {
      name,
      value: valueText(value),
      type: typeText(value),
      reference: node?.reference ?? null,
      ...(node !== null && isList(value) ? { indexedCount: listLength(value) } : {}),
      ...(evaluateName === null ? {} : { evaluateName }),
    };
  }

  private scopesOf(run: ReplayedRun, frame: number): RemoteScope[] {
    const generator = run.suspended[frame];
    return generator === undefined ? [] : this.inspector.scopes(generator);
  }

  private resolve(run: ReplayedRun, node: VariableNode): RemoteObject | undefined {
    const known = this.objectsOf(run).byNode.get(node);
    if (known !== undefined) return known;
    const found = this.find(run, node);
    if (found !== undefined) this.remember(run, node, found);
    return found;
  }

  private find(run: ReplayedRun, { origin }: VariableNode): RemoteObject | undefined {
    if ('type' in origin) {
      switch (origin.type) {
        case 'scope':
          return this.scopesOf(run, origin.frame)[origin.index]?.object;
        case 'facts':
          return this.inspector.remote(this.facts(run));
        case 'evaluated':
          return this.evaluated(run, origin.frame, origin.expression);
      }
    }
    const parent = this.resolve(run, origin.parent);
    if (parent?.objectId === undefined) return undefined;
    const { type, name } = origin.key;
    if (type === 'index') return this.inspector.slice(parent.objectId, Number(name), 1)[0]?.value;
    const { result, internalProperties = [] } = this.inspector.properties(parent.objectId);
    if (type === 'internal') return internalProperties.find((one) => one.name === name)?.value;
    return result.find((one) => one.name === name && (one.symbol !== undefined) === (type === 'symbol'))?.value;
  }

  private remember(run: ReplayedRun, node: VariableNode, object: RemoteObject): void {
    this.objectsOf(run).byNode.set(node, object);
  }

  private objectsOf(run: ReplayedRun): Objects {
    const { epoch } = this.inspector;
    let objects = this.objects.get(run);
    if (objects?.epoch !== epoch || objects.moment !== run.moment) {
      objects = { epoch, moment: run.moment, byNode: new Map() };
      this.objects.set(run, objects);
    }
    return objects;
  }
}

const shownInternals = new Set(['[[Entries]]', '[[PromiseState]]', '[[PromiseResult]]', '[[Target]]', '[[PrimitiveValue]]']);

/** `Local (run)` is `Local`; a nameless closure is the file's own scope. */
function scopeName(description: string): string {
  if (description.startsWith('Local')) return 'Local';
  if (description.startsWith('Block')) return 'Block';
  return description === 'Closure' ? 'File' : description;
}

function isList(value: RemoteObject): boolean {
  return value.subtype === 'array' || value.subtype === 'typedarray';
}

function listLength({ description = '' }: RemoteObject): number {
  return Number(/\((\d+)\)$/.exec(description)?.[1] ?? 0);
}

function argumentOf(value: RemoteObject): Runtime.CallArgument {
  if (value.objectId !== undefined) return { objectId: value.objectId };
  if (value.unserializableValue !== undefined) return { unserializableValue: value.unserializableValue };
  return { value: value.value as unknown };
}

function refusalText({ text, exception }: Runtime.ExceptionDetails): string {
  const thrown = exception?.description?.split('\n')[0] ?? valueTextOrNull(exception) ?? text;
  if (thrown.includes('Possible side-effect')) {
    return 'V8 cannot rule out that this expression changes something, so it is not evaluated: a replay is only looked at.';
  }
  return thrown;
}

function valueTextOrNull(value: RemoteObject | undefined): string | null {
  return value === undefined ? null : valueText(value);
}
