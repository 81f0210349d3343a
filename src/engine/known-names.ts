import type { BehaviourProfile } from '../core/values/behaviour-profile';
import { DurascopeError } from '../core/values/errors';
import type { FunctionDescriptor, FunctionType, FunctionWorker } from '../core/ports/function-worker';
import { unknownFunctionMessage } from '../core/values/unknown-function';

const durableTypes: ReadonlySet<FunctionType> = new Set(['orchestrator', 'activity', 'entity']);

/** Functions of one type that the app has, looked up ignoring case. */
export class KnownNames {
  readonly #known: readonly string[];
  readonly #lower: ReadonlySet<string>;
  /** The app's durable functions run in another profile, all of them: what it does not have is for that one to refuse. */
  readonly areElsewhere: boolean;

  constructor(
    functions: readonly FunctionDescriptor[],
    ownProfile: BehaviourProfile,
    private readonly type: 'orchestrator' | 'entity',
  ) {
    const all = functions.filter((each) => each.type === type);
    this.#known = all.filter((each) => each.isBuiltIn !== true).map((each) => each.name);
    // The app's functions of another profile are known, but not this worker's to run.
    const isOwn = ({ profile = ownProfile }: FunctionDescriptor): boolean => profile === ownProfile;
    const own = all.filter(isOwn);
    this.#lower = new Set(own.map((each) => each.name.toLowerCase()));
    const durable = functions.filter((each) => durableTypes.has(each.type));
    this.areElsewhere = durable.length > 0 && !durable.some(isOwn);
  }

  has(name: string): boolean {
    return this.#lower.has(name.toLowerCase());
  }

  /** The refusal of a name that is not there. */
  unknown(name: string): DurascopeError {
    return unknownFunction(name, this.type, this.#known);
  }
}

/** Whether an instance that is started now may be the worker's. */
export function takes(worker: FunctionWorker, type: 'orchestrator' | 'entity', name: string, version: string): boolean {
  return worker.has?.(type, name, version) ?? worker.accepts?.(type, name, version) ?? true;
}

export function unknownFunction(name: string, type: 'orchestrator' | 'entity', known: readonly string[]): DurascopeError {
  return new DurascopeError('UnknownFunction', unknownFunctionMessage(name, type, known), { details: { name, known } });
}
