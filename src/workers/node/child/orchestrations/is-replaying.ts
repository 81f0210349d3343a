/**
 * `context.df.isReplaying` is the one value by which code can tell a warm run, which replays nothing, from the SDK's own runs, whose last
 * one replays everything. So it is noted whether the code asks for it.
 */
import { inspect } from 'node:util';
import { Beside } from '../beside';
import type { SdkOrchestrationContext } from './sdk-hooks';

/** Given the SDK's value, returns what the code is told. */
type Asked = (value: boolean) => boolean;

const asItIs: Asked = (value) => value;

/** What a context says, and who answers for it. */
class Answered extends Beside {
  #value: boolean;
  #asked: Asked;

  constructor(df: object, value: boolean, asked: Asked) {
    super(df);
    this.#value = value;
    this.#asked = asked;
  }

  static ask(df: object): unknown {
    return #value in df ? df.#asked(df.#value) : undefined;
  }

  static release(df: object): void {
    if (#value in df) df.#asked = asItIs;
  }

  static set(df: object, value: boolean): void {
    if (#value in df) df.#value = value;
  }

  static value(df: object): unknown {
    return #value in df ? df.#value : undefined;
  }
}

const accessor: PropertyDescriptor & ThisType<object> = {
  configurable: true,
  enumerable: true,
  get() {
    return Answered.ask(this);
  },
  set(next: boolean) {
    Answered.set(this, next);
  },
};
const hiddenAccessor = { ...accessor, enumerable: false };

/** Printed, it looks as the SDK made it. */
const printed: PropertyDescriptor & ThisType<object> = {
  configurable: true,
  value(): object {
    const { [inspect.custom]: own, ...members } = Object.getOwnPropertyDescriptors(this) as PropertyDescriptorMap & {
      [inspect.custom]?: PropertyDescriptor;
    };
    members['isReplaying'] = { value: Answered.value(this), configurable: true, enumerable: true, writable: true };
    return own === undefined ? this : (Object.create(Object.getPrototypeOf(this) as object, members) as object);
  },
};

/** Lets `asked` answer for the flag. */
export function answerIsReplaying(df: SdkOrchestrationContext, asked: Asked): void {
  const own = Object.getOwnPropertyDescriptor(df, 'isReplaying');
  if (own?.configurable !== true || !('value' in own)) return;
  new Answered(df, df.isReplaying, asked);
  Object.defineProperty(df, 'isReplaying', own.enumerable === false ? hiddenAccessor : accessor);
  Object.defineProperty(df, inspect.custom, printed);
}

/** Nobody asks for the flag any more: whoever answered for it is let go of, however long the context is kept. */
export function stopAnswering(df: SdkOrchestrationContext): void {
  Answered.release(df);
}
