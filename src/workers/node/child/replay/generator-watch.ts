/**
 * Which generators stand suspended below the orchestrator's own. `yield*` hands the result object of the inner generator on as it is, so the
 * delegates of a suspension are exactly the generators that returned the very object that came out at the top.
 */
type Resume = (this: object, value?: unknown) => IteratorResult<unknown>;

interface Returned {
  generator: object;
  result: unknown;
}

export class GeneratorWatch {
  private returned: Returned[] | null = null;

  /** From now on every generator of the process passes by here. */
  install(): void {
    const sample = (function* () {})();
    const prototype = Object.getPrototypeOf(Object.getPrototypeOf(sample) as object) as Record<
      'next' | 'throw' | 'return',
      Resume
    >;
    for (const name of ['next', 'throw', 'return'] as const) {
      const original = prototype[name];
      const note = (generator: object, result: IteratorResult<unknown>): void => {
        if (this.returned !== null && result.done !== true) this.returned.push({ generator, result });
      };
      const watched: Resume = function (value) {
        const result = original.call(this, value);
        note(this, result);
        return result;
      };
      Object.defineProperty(watched, 'name', { value: name });
      Object.defineProperty(prototype, name, { value: watched });
    }
  }

  /**
   * Resumes an orchestrator. `suspended`: the generators that stand waiting now, innermost first; empty when it has ended, or is no
   * generator of the language (code built for ES5 brings its own).
   */
  resume(run: () => IteratorResult<unknown>): { result: IteratorResult<unknown>; suspended: object[] } {
    const before = this.returned;
    const returned: Returned[] = [];
    this.returned = returned;
    try {
      const result = run();
      const suspended = result.done === true ? [] : returned.filter((one) => one.result === result).map((one) => one.generator);
      return { result, suspended };
    } finally {
      this.returned = before;
    }
  }
}
