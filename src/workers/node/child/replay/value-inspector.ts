/**
 * V8's inspector, asked from within: where a suspended generator stands and what its variables are. Every call is synchronous and nothing
 * is paused; values are looked at without running any code of the app (getters are not called).
 */
import inspector from 'node:inspector';
import type { CodePlaces, NotedPlace, Script } from './code-places';

type RemoteObject = inspector.Runtime.RemoteObject;
type PropertyDescriptor = inspector.Runtime.PropertyDescriptor;

export interface GeneratorPosition extends NotedPlace {
  /** The function's own name; empty for a nameless one. */
  functionName: string;
  /** The function, as it runs. */
  sourceText: string;
}

export interface RemoteScope {
  /** `Local (run)`, `Block`, `Closure (makeRun)`, `Global` ... */
  description: string;
  object: RemoteObject;
}

const holderKey = Symbol.for('durascope.inspected');
const group = 'replay';

export class ValueInspector {
  /** One more with each `release`. */
  epoch = 0;

  readonly sources = new Set<string>();

  private looks = 0;
  private readonly onlyPlaces = new WeakMap<object, { waiting?: GeneratorPosition; delegating?: GeneratorPosition }>();
  private generators = new WeakMap<object, RemoteObject>();
  private readonly session = new inspector.Session();
  private readonly scripts = new Map<string, Script>();
  private readonly names = new Map<string, string>();
  private readonly holder: { value: unknown } = { value: undefined };

  constructor(private readonly places: CodePlaces) {
    Object.defineProperty(process, holderKey, { value: this.holder });
    this.session.connect();
    this.session.on('Debugger.scriptParsed', ({ params }) => {
      this.scripts.set(params.scriptId, { url: params.url, sourceMapURL: params.sourceMapURL ?? '' });
    });
  }

  /** What an object of this process is to the inspector. Good until `release`. */
  remote(value: unknown): RemoteObject {
    this.holder.value = value;
    try {
      const expression = "process[Symbol.for('durascope.inspected')].value";
      return (
        this.post('Runtime.evaluate', { expression, objectGroup: group, silent: true }) as inspector.Runtime.EvaluateReturnType
      ).result;
    } finally {
      this.holder.value = undefined;
    }
  }

  /** The same, once for each generation of handles. */
  private held(generator: object): RemoteObject {
    let remote = this.generators.get(generator);
    if (remote === undefined) {
      remote = this.remote(generator);
      this.generators.set(generator, remote);
    }
    return remote;
  }

  /** Lets go of everything that was looked at: object ids got before are no good any more. */
  release(): void {
    this.epoch += 1;
    this.generators = new WeakMap();
    this.post('Runtime.releaseObjectGroup', { objectGroup: group });
  }

  /** `isDelegating`: it stands at a `yield*`. Null when V8 does not tell: the generator runs or has ended. */
  position(generator: object, isDelegating: boolean): GeneratorPosition | null {
    // One object for each function: the next generator of the same one need not be asked where it can only stand in one place.
    const made = Object.getPrototypeOf(generator) as object;
    const key = isDelegating ? 'delegating' : 'waiting';
    const known = this.onlyPlaces.get(made)?.[key];
    const position = known ?? this.look(generator);
    if (position !== null) this.sources.add(position.sourceText);
    if (known === undefined && position !== null && hasOnePlace(position.sourceText, isDelegating)) {
      this.onlyPlaces.set(made, { ...this.onlyPlaces.get(made), [key]: position });
    }
    return position;
  }

  private look(generator: object): GeneratorPosition | null {
    // Each look leaves handles behind, which make the next ones slower.
    this.looks += 1;
    if (this.looks % 256 === 0) this.release();
    const { internalProperties = [] } = this.properties(this.held(generator).objectId ?? '');
    const find = (name: string): RemoteObject | undefined => internalProperties.find((one) => one.name === name)?.value;
    const location = find('[[GeneratorLocation]]')?.value as
      { scriptId: string; lineNumber: number; columnNumber: number } | undefined;
    if (location === undefined || find('[[GeneratorState]]')?.value !== 'suspended') return null;
    const { scriptId, lineNumber, columnNumber } = location;
    const place = this.places.at(scriptId, this.script(scriptId), lineNumber, columnNumber);
    const made = find('[[GeneratorFunction]]');
    return { ...place, functionName: this.nameOf(scriptId, made), sourceText: made?.description ?? '' };
  }

  /** Of all generator functions that were looked at since `sources` was cleared. */
  sourceText(): string | null {
    return this.sources.size === 0 ? null : [...this.sources].join('\n');
  }

  /** Innermost first. */
  scopes(generator: object): RemoteScope[] {
    const { internalProperties = [] } = this.properties(this.held(generator).objectId ?? '');
    const list = internalProperties.find((one) => one.name === '[[Scopes]]')?.value?.objectId;
    if (list === undefined) return [];
    return this.properties(list).result.flatMap(({ value }) =>
      value === undefined ? [] : [{ description: value.description ?? '', object: value }],
    );
  }

  /** Own properties, with previews of their values. */
  properties(objectId: string, withPreviews = false): inspector.Runtime.GetPropertiesReturnType {
    return this.post('Runtime.getProperties', {
      objectId,
      ownProperties: true,
      generatePreview: withPreviews,
    }) as inspector.Runtime.GetPropertiesReturnType;
  }

  /** Properties of a part of an array: index and value. */
  slice(objectId: string, start: number, count: number): PropertyDescriptor[] {
    const part = this.call(
      'function (start, count) { const part = {}; for (let i = start; i < start + count && i < this.length; i++) if (i in this) part[i] = this[i]; return part; }',
      objectId,
      [{ value: start }, { value: count }],
    );
    if (part.exceptionDetails !== undefined || part.result.objectId === undefined) return [];
    return this.properties(part.result.objectId, true).result.filter((one) => /^\d+$/.test(one.name));
  }

  /** Calls a function made of `text` with `this` and arguments; refused by V8 when it would have a side effect. */
  call(
    text: string,
    thisObjectId: string,
    args: readonly inspector.Runtime.CallArgument[],
  ): inspector.Runtime.CallFunctionOnReturnType {
    return this.post('Runtime.callFunctionOn', {
      functionDeclaration: text,
      objectId: thisObjectId,
      arguments: args,
      throwOnSideEffect: true,
      generatePreview: true,
      objectGroup: group,
      silent: true,
    }) as inspector.Runtime.CallFunctionOnReturnType;
  }

  /** Learns of all scripts there are by now; the sooner, the faster the first look. */
  learnScripts(): void {
    this.post('Debugger.enable');
    // Left on, it would slow down everything that runs.
    this.post('Debugger.disable');
  }

  private script(scriptId: string): Script | undefined {
    if (!this.scripts.has(scriptId)) this.learnScripts();
    return this.scripts.get(scriptId);
  }

  private nameOf(scriptId: string, generatorFunction: RemoteObject | undefined): string {
    if (generatorFunction?.objectId === undefined) return '';
    const text = generatorFunction.description ?? '';
    const key = `${scriptId} ${text}`;
    let name = this.names.get(key);
    if (name === undefined) {
      const { result } = this.properties(generatorFunction.objectId);
      const value = result.find((one) => one.name === 'name')?.value?.value as unknown;
      name = typeof value === 'string' ? value : '';
      this.names.set(key, name);
    }
    return name;
  }

  private post(method: string, params: object = {}): unknown {
    let answer: unknown;
    let failure: Error | null = null;
    this.session.post(method, params, (error, result) => {
      failure = error;
      answer = result;
    });
    // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- set by the callback, which runs at once
    if (failure !== null) throw new Error(`${method}: ${(failure as Error).message}`);
    return answer;
  }
}

/**
 * Whether the function's text has one place only at which it can stand so. What stands in comments, texts and inner functions is counted too:
 * then it is looked at each time, which is dearer and never wrong. A `yield*` over a list looks like a `yield`.
 */
function hasOnePlace(text: string, isDelegating: boolean): boolean {
  return [...text.matchAll(isDelegating ? /\byield\s*\*/g : /\byield\b/g)].length === 1;
}
