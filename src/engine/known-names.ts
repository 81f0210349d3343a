import { DurascopeError } from '../core/errors';
import type { FunctionWorker } from '../core/ports/function-worker';
import { unknownFunctionMessage } from '../core/unknown-function';

/** Functions of one type that the app has, looked up ignoring case. */
export class KnownNames {
  readonly #known: readonly string[];
  readonly #lower: ReadonlySet<string>;

  constructor(
    worker: FunctionWorker,
    private readonly type: 'orchestrator' | 'entity',
  ) {
    this.#known = worker
      .functions()
      .filter((each) => each.type === type)
      .map((each) => each.name);
    this.#lower = new Set(this.#known.map((name) => name.toLowerCase()));
  }

  has(name: string): boolean {
    return this.#lower.has(name.toLowerCase());
  }

  /** The refusal of a name that is not there. */
  unknown(name: string): DurascopeError {
    return unknownFunction(name, this.type, this.#known);
  }
}

export function unknownFunction(name: string, type: 'orchestrator' | 'entity', known: readonly string[]): DurascopeError {
  return new DurascopeError('UnknownFunction', unknownFunctionMessage(name, type, known), { details: { name, known } });
}
