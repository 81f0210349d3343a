/** The functions of an app that speaks FunctionRpc: what its worker or the host's index lists, and what of it is loaded. */
import { DurascopeError } from '../../../core/values/errors';
import type { BehaviourProfile } from '../../../core/values/behaviour-profile';
import type { FunctionDescriptor } from '../../../core/ports/function-worker';
import { type AppProblem, problemsOf } from '../../../core/values/app-problem';
import { type RpcFunctionMetadata, type StatusResult, StatusResult_Status } from '../../../wire/generated/function-rpc';
import type { IsDisabled } from '../../supervision/disabled-functions';
import { type LoadedFunction, readFunction } from './loaded-function';

export type PlaceOf = (metadata: RpcFunctionMetadata) => Pick<FunctionDescriptor, 'file' | 'line'>;

export class FunctionTable {
  private readonly byKey = new Map<string, LoadedFunction>();
  private readonly toLoad = new Map<string, RpcFunctionMetadata>();
  private readonly errors: DurascopeError[] = [];

  constructor(
    private readonly profile: BehaviourProfile,
    private readonly placeOf: PlaceOf,
    private readonly isDisabled: IsDisabled = () => false,
  ) {}

  /** As they were listed. */
  readonly disabled: string[] = [];

  /** Of functions that could not be loaded. */
  readonly problems: AppProblem[] = [];

  get isLoading(): boolean {
    return this.toLoad.size > 0;
  }

  descriptors(): FunctionDescriptor[] {
    return [...this.byKey.values()].map(({ descriptor }) => descriptor);
  }

  find(type: FunctionDescriptor['type'], name: string): LoadedFunction | undefined {
    return this.byKey.get(`${type} ${name.toLowerCase()}`);
  }

  /** Of any type. */
  named(name: string): LoadedFunction | undefined {
    return [...this.byKey.values()].find(({ descriptor }) => descriptor.name.toLowerCase() === name.toLowerCase());
  }

  /** Takes the list; gives what the worker is to load. Throws `AppInvalid`. */
  take(functions: readonly RpcFunctionMetadata[]): readonly RpcFunctionMetadata[] {
    const known = new Map<string, string>();
    const toLoad: RpcFunctionMetadata[] = [];
    for (const metadata of functions) {
      const fn = readFunction(metadata, this.profile);
      if (typeof fn === 'string') throw new DurascopeError('AppInvalid', fn);
      const key = fn.descriptor.name.toLowerCase();
      if (this.isDisabled(key)) {
        if (!this.disabled.includes(fn.descriptor.name)) this.disabled.push(fn.descriptor.name);
        continue;
      }
      if (known.has(key)) {
        // Classes of one name and several versions: whoever is called chooses among them.
        if (known.get(key) === metadata.entryPoint && this.byKey.has(`${fn.descriptor.type} ${key}`)) continue;
        const message = `Two functions are named "${fn.descriptor.name}": ${known.get(key) ?? ''} and ${metadata.entryPoint}. Rename one of them.`;
        throw new DurascopeError('AppInvalid', message);
      }
      known.set(key, metadata.entryPoint);
      const descriptor = { ...fn.descriptor, ...this.placeOf(metadata) };
      this.byKey.set(`${descriptor.type} ${key}`, { ...fn, descriptor });
      toLoad.push(fn.metadata);
    }
    for (const metadata of toLoad) this.toLoad.set(metadata.functionId, metadata);
    return toLoad;
  }

  /**
   * What the worker says of one of them. True when that was the last; ids that were not given out are passed over. As in the real host one that
   * cannot be loaded is a function all the same, whose calls fail. Throws `AppInvalid` when none can be.
   */
  loaded(functionId: string, result: StatusResult | undefined): boolean {
    const metadata = this.toLoad.get(functionId);
    if (metadata === undefined) return false;
    this.toLoad.delete(functionId);
    if (!isSuccess(result)) this.failed(metadata, result);
    return this.toLoad.size === 0;
  }

  private failed(metadata: RpcFunctionMetadata, result: StatusResult | undefined): void {
    // The worker does not say on which line.
    const { file } = this.placeOf(metadata);
    const error = refused(`Function "${metadata.name}" cannot be loaded`, result, file === undefined ? {} : { file });
    for (const [key, fn] of this.byKey) {
      if (fn.id === metadata.functionId) this.byKey.set(key, { ...fn, loadResult: result ?? unsaid });
    }
    const [first = error] = this.errors;
    this.errors.push(error);
    if (this.errors.length === this.byKey.size) throw first;
    this.problems.push(...problemsOf(error));
  }
}

const unsaid: StatusResult = { status: StatusResult_Status.Failure, result: '', exception: undefined };

export function isSuccess(result: StatusResult | undefined): boolean {
  return result?.status === StatusResult_Status.Success;
}

/** `AppInvalid` with what the worker gives as the reason. */
export function refused(what: string, result: StatusResult | undefined, details: Record<string, unknown> = {}): DurascopeError {
  const why = result?.exception?.message ?? result?.result ?? '';
  return new DurascopeError('AppInvalid', why === '' ? `${what}.` : `${what}: ${withAdvice(why)}`, { details });
}

/** The worker of .NET looks a method up by the names of its namespace and class, which does not find classes inside others. */
function withAdvice(why: string): string {
  return why.replace(
    /(specified in EntryPoint was not found)\.?.*/,
    '$1. The worker finds public methods of public classes, and no class inside another class: give the function one of its own.',
  );
}
