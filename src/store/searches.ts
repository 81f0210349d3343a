/**
 * Lists of a store that are searched, or sorted and filtered by what has no column: their texts are made in slices, and between two of them
 * everybody else has a turn. Pages come before counts, and both before texts that nobody waits for yet.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { messageOf } from '../base/error-message';
import type { InstanceRow } from '../core/instances/instance';
import type { InstancePage, InstanceQuery } from '../core/ports/history-store';
import type { OrchestrationStatus } from '../core/values/status';
import type { Change } from './change';
import { FirstSearch } from './first-search';
import { InstanceTexts } from './instance-texts';
import type { PendingChanges } from './pending-changes';
import { countSearched, isSearch, searchedText, searchInstances } from './search-query';
import type { SqlConnection } from './sql-connection';

type Counts = Partial<Record<OrchestrationStatus, number>>;

/** What is searched. */
export interface SearchedStore {
  readonly pending: PendingChanges;
  /** Undefined while there is no database. */
  readonly sql: () => SqlConnection | undefined;
  /** With all that is pending; makes the database where there is none. Throws what the store refuses. */
  readonly rows: () => SqlConnection;
  /** Also of those that are pending; undefined when it is gone. */
  readonly instance: (id: string) => InstanceRow | undefined;
  /** Why nothing is searched any more; null while the store is open. */
  readonly refusal: () => Error | null;
  readonly warn: (message: string) => void;
  /** Milliseconds. */
  readonly clock: () => number;
  /** Characters of all texts together; what is beyond them is read with each search. */
  readonly mostKeptChars: number;
}

const sliceMs = 3;
/** Of what somebody waits for. */
const askedSliceMs = 10;
/** From the look at a list to the first of its texts. */
const firstDelayMs = 400;
/** Between slices of what nobody waits for yet, however busy the store is. */
const aheadDelayMs = 5;

export class Searches {
  readonly #texts: InstanceTexts;
  /** By what is searched for, '' for orders. */
  readonly #preparing = new Map<string, Promise<void>>();
  readonly #searching = new Set<FirstSearch>();
  #ahead: NodeJS.Timeout | undefined;

  constructor(private readonly store: SearchedStore) {
    this.#texts = new InstanceTexts(store, store.mostKeptChars);
  }

  /** What a commit has changed. */
  note(changes: readonly Change[]): void {
    this.#texts.apply(changes);
    for (const each of this.#searching) each.note(changes);
  }

  stop(): void {
    clearTimeout(this.#ahead);
  }

  page(query: InstanceQuery): InstancePage {
    return searchInstances(this.#textsFor(query), query, this.store.instance);
  }

  counts(query: InstanceQuery): Counts {
    return countSearched(this.#textsFor(query), query);
  }

  /** Whoever looks at a list may search in it or sort it next. */
  makeAhead(delayMs = firstDelayMs): void {
    if (this.#ahead !== undefined || this.#texts.isComplete) return;
    this.#ahead = setTimeout(() => {
      this.#ahead = undefined;
      if (this.store.refusal() !== null) return;
      if (this.#searching.size > 0) this.makeAhead();
      else if (!this.#makeSlice()) this.makeAhead(aheadDelayMs);
    }, delayMs);
    this.#ahead.unref();
  }

  /** True: nothing is left to be made ahead. */
  #makeSlice(): boolean {
    try {
      return this.#texts.make(this.#after(sliceMs));
    } catch (error) {
      // Who searches is told the same.
      this.store.warn(`The texts that are searched cannot be made ahead: ${messageOf(error)}`);
      return true;
    }
  }

  /** Undefined: `page` and `counts` answer at once. */
  prepare(query: InstanceQuery): Promise<void> | undefined {
    const text = searchedText(query);
    if (this.#texts.isReadyFor(text)) return undefined;
    let preparing = this.#preparing.get(text);
    if (preparing === undefined) {
      preparing = this.#make(text).finally(() => this.#preparing.delete(text));
      this.#preparing.set(text, preparing);
    }
    return preparing;
  }

  /** Out of rows in the order of the page, before the texts are there; undefined where that is no quicker. */
  firstPage(query: InstanceQuery): Promise<InstancePage> | undefined {
    if (!this.#mayBeFirst(query)) return undefined;
    const search = new FirstSearch(query, 'page');
    if (!search.isPossible) return undefined;
    return this.#searchFirst(
      query,
      search,
      (found) => found.page(),
      () => this.page(query),
    );
  }

  /** Likewise. */
  firstCounts(query: InstanceQuery): Promise<Counts> | undefined {
    // Who counts many parts of it, as a histogram does, is answered sooner by the texts.
    if (!this.#mayBeFirst(query) || [...this.#searching].some(({ isOfPage }) => !isOfPage)) return undefined;
    const all: InstanceQuery = { ...query, orderBy: 'createdTime', descending: false };
    delete all.continuationToken;
    const search = new FirstSearch(all, 'all');
    if (!search.isPossible) return undefined;
    return this.#searchFirst(
      query,
      search,
      (found) => found.counts(),
      () => this.counts(query),
    );
  }

  /** Once there are all texts nothing is quicker than these. */
  #mayBeFirst(query: InstanceQuery): boolean {
    return isSearch(query) && !this.#texts.isComplete;
  }

  /** `late`: where too much has changed meanwhile. */
  async #searchFirst<T>(
    query: InstanceQuery,
    search: FirstSearch,
    answer: (search: FirstSearch) => T,
    late: () => T,
  ): Promise<T> {
    const { instance, clock, rows } = this.store;
    this.#searching.add(search);
    try {
      while (!search.isVain) {
        await this.#turn();
        if (!search.isOfPage && this.#hasPageUnderWay) continue;
        if (search.step(rows(), instance, clock, askedSliceMs)) return answer(search);
      }
    } finally {
      this.#searching.delete(search);
    }
    await this.prepare(query);
    return late();
  }

  async #make(text: string): Promise<void> {
    const search = text === '' ? undefined : this.#texts.search(text);
    for (;;) {
      await this.#turn();
      if (this.#hasPageUnderWay) continue;
      const isOver = this.#after(askedSliceMs);
      if (search?.goOn(isOver) ?? this.#texts.make(isOver)) return;
    }
  }

  /** What is missing is made at once. */
  #textsFor(query: InstanceQuery): InstanceTexts {
    const text = searchedText(query);
    if (text === '') this.#texts.make(() => false);
    else this.#texts.search(text).goOn(() => false);
    return this.#texts;
  }

  get #hasPageUnderWay(): boolean {
    return [...this.#searching].some(({ isOfPage }) => isOfPage);
  }

  /** Everybody else's. */
  async #turn(): Promise<void> {
    await nextTurn();
    const refusal = this.store.refusal();
    if (refusal !== null) throw refusal;
  }

  #after(ms: number): () => boolean {
    const end = this.store.clock() + ms;
    return () => this.store.clock() >= end;
  }
}
