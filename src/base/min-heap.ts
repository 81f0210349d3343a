interface Node<T> {
  key: number;
  order: number;
  item: T;
}

/** Smallest key first; items of one key in the order they came. */
export class MinHeap<T> {
  readonly #nodes: Node<T>[] = [];
  #order = 0;

  get size(): number {
    return this.#nodes.length;
  }

  /** The smallest key; Infinity when empty. */
  get minimum(): number {
    return this.#nodes[0]?.key ?? Number.POSITIVE_INFINITY;
  }

  /** The item of the smallest key. */
  get first(): T | undefined {
    return this.#nodes[0]?.item;
  }

  push(key: number, item: T): void {
    const nodes = this.#nodes;
    const node = { key, order: this.#order++, item };
    let at = nodes.length;
    nodes.push(node);
    while (at > 0) {
      const parentAt = (at - 1) >> 1;
      const parent = nodes[parentAt] as Node<T>;
      if (isBefore(parent, node)) break;
      nodes[at] = parent;
      at = parentAt;
    }
    nodes[at] = node;
  }

  /** Takes the item of the smallest key out. */
  pop(): T | undefined {
    const nodes = this.#nodes;
    const first = nodes[0];
    const node = nodes.pop();
    const size = nodes.length;
    if (first === undefined || node === undefined || size === 0) return first?.item;
    let at = 0;
    for (;;) {
      let childAt = at * 2 + 1;
      if (childAt >= size) break;
      let child = nodes[childAt] as Node<T>;
      const other = nodes[childAt + 1];
      if (other !== undefined && isBefore(other, child)) {
        child = other;
        childAt++;
      }
      if (isBefore(node, child)) break;
      nodes[at] = child;
      at = childAt;
    }
    nodes[at] = node;
    return first.item;
  }
}

function isBefore(a: Node<unknown>, b: Node<unknown>): boolean {
  return a.key < b.key || (a.key === b.key && a.order < b.order);
}
