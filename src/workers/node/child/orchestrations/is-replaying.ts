/**
 * `context.df.isReplaying` is the one value by which code can tell a warm run, which replays nothing, from the SDK's own runs, whose last
 * one replays everything. So it is noted whether the code asks for it.
 */
import { inspect } from 'node:util';
import type { SdkOrchestrationContext } from './sdk-hooks';

/** Lets `asked` answer for the flag: it is given the SDK's value, and returns what the code is told. */
export function answerIsReplaying(df: SdkOrchestrationContext, asked: (value: boolean) => boolean): void {
  const own = Object.getOwnPropertyDescriptor(df, 'isReplaying');
  if (own?.configurable !== true || !('value' in own)) return;
  let value = df.isReplaying;
  Object.defineProperty(df, 'isReplaying', {
    configurable: true,
    enumerable: own.enumerable ?? true,
    get: () => asked(value),
    set: (next: boolean) => {
      value = next;
    },
  });
  // Printed, it looks as the SDK made it.
  Object.defineProperty(df, inspect.custom, {
    configurable: true,
    value: (): object => {
      const { [inspect.custom]: own, ...members } = Object.getOwnPropertyDescriptors(df) as PropertyDescriptorMap & {
        [inspect.custom]?: PropertyDescriptor;
      };
      members['isReplaying'] = { value, configurable: true, enumerable: true, writable: true };
      return own === undefined ? df : (Object.create(Object.getPrototypeOf(df) as object, members) as object);
    },
  });
}
