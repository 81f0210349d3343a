/** Rows of equal height, of which only those on screen are in the document. */
import { elementScroll, observeElementOffset, observeElementRect, Virtualizer, type VirtualItem } from '@tanstack/virtual-core';
import { useLayoutEffect, useReducer, useState } from 'preact/hooks';

export interface VirtualRows {
  items: readonly VirtualItem[];
  totalSize: number;
  scrollTo(index: number, align?: 'auto' | 'start' | 'center' | 'end'): void;
  /** True while the last row is on screen (or nothing can be scrolled). */
  atEnd(): boolean;
}

interface VirtualRowsOptions {
  count: number;
  rowHeight: number;
  /** The element that scrolls. */
  scroller: { current: HTMLElement | null };
  /** Height above the rows inside the scroller: a sticky header. */
  headerHeight?: number;
  overscan?: number;
}

export function useVirtualRows(options: VirtualRowsOptions): VirtualRows {
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  const settings = {
    count: options.count,
    getScrollElement: () => options.scroller.current,
    estimateSize: () => options.rowHeight,
    scrollToFn: elementScroll<HTMLElement>,
    observeElementRect: observeElementRect<HTMLElement>,
    observeElementOffset: observeElementOffset<HTMLElement>,
    overscan: options.overscan ?? 12,
    scrollPaddingStart: options.headerHeight ?? 0,
    // A guess for the first drawing, before the element was measured: rows appear at once.
    initialRect: { width: 800, height: 600 },
    onChange: () => redraw(undefined),
  };
  const [virtualizer] = useState(() => new Virtualizer<HTMLElement, HTMLElement>(settings));
  virtualizer.setOptions(settings);
  useLayoutEffect(() => virtualizer._didMount(), [virtualizer]);
  useLayoutEffect(() => virtualizer._willUpdate());
  return {
    items: virtualizer.getVirtualItems(),
    totalSize: virtualizer.getTotalSize(),
    scrollTo: (index, align = 'auto') => virtualizer.scrollToIndex(index, { align }),
    atEnd() {
      const element = options.scroller.current;
      return element === null || element.scrollHeight - element.scrollTop - element.clientHeight < options.rowHeight;
    },
  };
}
