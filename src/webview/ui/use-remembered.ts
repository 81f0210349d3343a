import { useCallback, useState } from 'preact/hooks';
import type * as z from 'zod';
import type { ViewMemory } from '../state/view-memory';

/** Like `useState`, and kept over reloads under `key`. */
export function useRemembered<T>(memory: ViewMemory, key: string, shape: z.ZodType<T>, initial: T): [T, (value: T) => void] {
  const [value, setValue] = useState(() => memory.read(key, shape, initial));
  const set = useCallback(
    (next: T) => {
      setValue(next);
      memory.write(key, next);
    },
    [memory, key],
  );
  return [value, set];
}

/** The same, and panels that are opened later begin with what was set last. */
export function usePreferred<T extends z.core.util.JSONType>(
  memory: ViewMemory,
  key: string,
  shape: z.ZodType<T>,
  initial: T,
): [T, (value: T) => void] {
  const [value, setValue] = useState(() => memory.read(key, shape, initial));
  const set = useCallback(
    (next: T) => {
      setValue(next);
      memory.prefer(key, next);
    },
    [memory, key],
  );
  return [value, set];
}
