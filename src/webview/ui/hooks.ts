import { useEffect, useLayoutEffect, useMemo, useReducer, useRef, useState } from 'preact/hooks';
import type { Store } from '../state/store';

/** The store's current state; draws again after each announcement. */
export function useStore<T>(store: Store<T>): T {
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  useLayoutEffect(() => {
    const subscription = store.subscribe(() => redraw(undefined));
    return () => subscription.dispose();
  }, [store]);
  return store.get();
}

/** The hub's time, epoch milliseconds; ticks only while `running`. */
export function useHubNow(running: boolean, offsetMs: number, everyMs = 1000): number {
  const [, tick] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    if (!running) return undefined;
    const timer = setInterval(() => tick(undefined), everyMs);
    return () => clearInterval(timer);
  }, [running, everyMs]);
  return Date.now() + offsetMs;
}

/** Calls back when a press or the focus goes elsewhere, or on Escape. */
export function useDismiss(open: boolean, dismiss: (byEscape: boolean) => void): { current: HTMLDivElement | null } {
  const ref = useRef<HTMLDivElement>(null);
  const latest = useRef(dismiss);
  latest.current = dismiss;
  useEffect(() => {
    if (!open) return undefined;
    const outside = (event: Event): void => {
      if (ref.current !== null && event.target instanceof Node && !ref.current.contains(event.target)) latest.current(false);
    };
    const escape = (event: KeyboardEvent): void => {
      if (event.key !== 'Escape') return;
      event.stopPropagation();
      latest.current(true);
    };
    document.addEventListener('pointerdown', outside, true);
    document.addEventListener('focusin', outside, true);
    document.addEventListener('keydown', escape, true);
    return () => {
      document.removeEventListener('pointerdown', outside, true);
      document.removeEventListener('focusin', outside, true);
      document.removeEventListener('keydown', escape, true);
    };
  }, [open]);
  return ref;
}

/** Width and height of the element that the first answer is the `ref` of, kept up; the element may come and go. */
export function useSize(): [(element: HTMLDivElement | null) => void, { width: number; height: number }] {
  const [element, setElement] = useState<HTMLDivElement | null>(null);
  const [size, setSize] = useState({ width: 0, height: 0 });
  useLayoutEffect(() => {
    if (element === null) return undefined;
    const measure = (): void => setSize({ width: element.clientWidth, height: element.clientHeight });
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    measure();
    return () => observer.disconnect();
  }, [element]);
  return [setElement, size];
}

let lastId = 0;
/** An id that no other element of the page has. */
export function useUniqueId(prefix: string): string {
  return useMemo(() => `${prefix}-${++lastId}`, [prefix]);
}
