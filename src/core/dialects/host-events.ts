/** Events of one orchestration as the host keeps them: who waits for which, and what has come before anybody did. */
import type { EventWaitNode, ReplayNode } from './host-replay-nodes';

const mostNames = 20;

export class HostEvents {
  readonly #waiters = new Map<string, EventWaitNode[]>();
  /** Events that nobody waited for, by name. */
  readonly #buffered = new Map<string, number>();
  #waits = 0;
  #spellings: Map<string, string> | null = null;

  /** `ignoresCase`: as the real host, which compares names without their case where the SDK goes by it. */
  constructor(private readonly ignoresCase = false) {}

  /** Whether two of the names differ in case only. */
  hasOtherCase = false;

  #keyOf(name: string): string {
    const folded = name.toUpperCase();
    if (this.ignoresCase) return folded;
    if ((this.#spellings ??= new Map()).has(folded)) this.hasOtherCase ||= this.#spellings.get(folded) !== name;
    else this.#spellings.set(folded, name);
    return name;
  }

  /** False: it waits from now on. */
  takeOrAwait(node: EventWaitNode): boolean {
    const name = this.#keyOf(node.eventName);
    const count = this.#buffered.get(name) ?? 0;
    if (count > 0) {
      this.#buffered.set(name, count - 1);
      return true;
    }
    node.order = this.#waits;
    this.#waits += 1;
    const waiting = this.#waiters.get(name);
    if (waiting === undefined) this.#waiters.set(name, [node]);
    else waiting.push(node);
    return false;
  }

  /** To the one that waits: in version 1 the first, later the last. */
  raise(raised: string, isV1: boolean): void {
    const name = this.#keyOf(raised);
    const waiting = this.#waiters.get(name) ?? [];
    const waiter = isV1 ? waiting.shift() : waiting.pop();
    if (waiter === undefined) {
      this.#buffered.set(name, (this.#buffered.get(name) ?? 0) + 1);
      return;
    }
    if (waiting.length === 0) this.#waiters.delete(name);
    waiter.received();
  }

  /** Names of events that have come and nobody has taken. */
  unawaited(): string[] {
    const names = [...this.#buffered].filter(([, count]) => count > 0).map(([name]) => name);
    return names.length > mostNames ? names.slice(0, mostNames) : names;
  }

  /** In the order in which they are waited for. `within`: only those that are a part of it. */
  awaited(within?: ReplayNode | null): string[] {
    const all = [...this.#waiters.values()].flat();
    const waiting = within === undefined ? all : all.filter((node) => isPartOf(node, within));
    return waiting.sort((a, b) => a.order - b.order).map((node) => node.eventName);
  }
}

function isPartOf(node: ReplayNode, whole: ReplayNode | null): boolean {
  for (let at: ReplayNode | null = node; at !== null; at = at.parent) if (at === whole) return true;
  return false;
}
