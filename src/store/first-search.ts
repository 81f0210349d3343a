/**
 * A search before there are texts to look at (instance-texts.ts): rows are read in the order of the page, so that it is answered as soon as it is
 * full, and only those that SQLite has found a part of the searched text in.
 *
 *   F1. As search-query.ts answers, with the same tokens: the rows that SQLite lets through are looked at by the same words.
 *   F2. What changes while it goes on is looked at anew before the answer.
 */
import type { InstanceRow } from '../core/instances/instance';
import { searchTextOf } from '../core/instances/instance-search';
import type { InstancePage, InstanceQuery } from '../core/ports/history-store';
import type { OrchestrationStatus } from '../core/values/status';
import type { Change } from './change';
import { columnOf, rowsBetween, type KeyOfRow } from './instance-query';
import { entryOf } from './instance-texts';
import { checkedPage, writeToken } from './query-page';
import { decodeRow } from './row-codec';
import { compareValues, filterOf, searchedText } from './search-query';
import type { SqlConnection } from './sql-connection';

/** What stands in a row's JSON as it does in the text, in whatever way it got there: quotes, signs and the like are written in several. */
const plainRun = /[a-z0-9.,_\-@#()=;!?*]+(?: +[a-z0-9.,_\-@#()=;!?*]+)*/g;
const longestPattern = 100;
/** Rows whose keys are skipped over in one step; more where they are short. */
const fewRows = 250;
const manyRows = 8_000;
/** More that changed meanwhile are not looked at one by one. */
const mostChanged = 1_000;

/** For LIKE: what finds every row whose text has the searched one in it, and some more; undefined where nothing does. */
export function patternOf(text: string): string | undefined {
  const [run = ''] = (text.match(plainRun) ?? []).sort((a, b) => b.length - a.length);
  if (run === '') return undefined;
  // Any character where other letters have these as their small ones too, which SQLite does not know.
  return `%${run.slice(0, longestPattern).replaceAll(/[ki]/g, '_')}%`;
}

interface Hit {
  key: KeyOfRow;
  status: OrchestrationStatus;
  /** Null: nobody asks for it. */
  row: InstanceRow | null;
}

export class FirstSearch {
  readonly #text: string;
  readonly #pattern: string | undefined;
  readonly #page: ReturnType<typeof checkedPage>;
  readonly #matches: ReturnType<typeof filterOf>;
  readonly #hits = new Map<string, Hit>();
  readonly #changed = new Set<string>();
  #at: KeyOfRow | undefined;
  #isOver = false;
  #rows = fewRows;

  /** `enough`: matches after which it may end. Errors: InvalidArgument (page size, order, token). */
  constructor(
    private readonly query: InstanceQuery,
    private readonly enough: 'page' | 'all',
  ) {
    this.#text = searchedText(query);
    this.#pattern = patternOf(this.#text);
    this.#page = checkedPage(query);
    this.#matches = filterOf(query);
    this.#at = this.#page.after;
  }

  /** Whether there is a quick way for it at all. */
  get isPossible(): boolean {
    return this.#pattern !== undefined && columnOf(this.#page.orderBy) !== undefined;
  }

  get isOfPage(): boolean {
    return this.enough === 'page';
  }

  /** So much has changed meanwhile that it would have to begin anew. */
  get isVain(): boolean {
    return this.#changed.size > mostChanged;
  }

  note(changes: readonly Change[]): void {
    for (const change of changes) {
      if (change.type === 'row') this.#changed.add(change.row.instanceId);
      else if (change.type === 'purge') this.#changed.add(change.instanceId);
    }
  }

  /** One step of some milliseconds by `clock`; true once it can be answered. `sql` has all rows. */
  step(sql: SqlConnection, instance: (id: string) => InstanceRow | undefined, clock: () => number, stepMs: number): boolean {
    const began = clock();
    while (!this.#isFull && !this.#isOver) {
      this.#look(sql);
      const tookMs = clock() - began;
      if (tookMs < stepMs / 2) this.#rows = Math.min(manyRows, this.#rows * 2);
      else if (tookMs > stepMs) this.#rows = Math.max(fewRows, this.#rows / 2);
      if (tookMs >= stepMs) break;
    }
    if (!this.#isFull && !this.#isOver) return false;
    this.#lookAgain(instance);
    return this.#isFull || this.#isOver;
  }

  get #isFull(): boolean {
    return this.enough === 'page' && this.#hits.size > this.#page.pageSize;
  }

  #look(sql: SqlConnection): void {
    const part = rowsBetween(sql, this.query, this.#at, this.#rows);
    this.#at = part.end;
    this.#isOver = part.end === undefined;
    part.visit(this.#pattern ?? '%', (body, key) => {
      this.#take(decodeRow(body));
      if (!this.#isFull) return true;
      this.#at = key;
      this.#isOver = false;
      return false;
    });
  }

  /** F2. */
  #lookAgain(instance: (id: string) => InstanceRow | undefined): void {
    for (const id of this.#changed) {
      this.#hits.delete(id);
      const row = instance(id);
      if (row === undefined || !this.#isPassed(row) || !this.#matches(entryOf(row, null))) continue;
      this.#take(row);
    }
    this.#changed.clear();
  }

  #take(row: InstanceRow): void {
    if (!searchTextOf(row).includes(this.#text)) return;
    const { instanceId, runtimeStatus: status } = row;
    this.#hits.set(instanceId, { key: this.#keyOf(row), status, row: this.enough === 'page' ? row : null });
  }

  /** It would have been met before. */
  #isPassed(row: InstanceRow): boolean {
    const key = this.#keyOf(row);
    const { after } = this.#page;
    if (after !== undefined && this.#compare(key, after) <= 0) return false;
    return this.#at === undefined || this.#compare(key, this.#at) <= 0;
  }

  #keyOf(row: InstanceRow): KeyOfRow {
    const { orderBy } = this.#page;
    const value = orderBy === 'historyLength' || orderBy === 'duration' ? null : row[orderBy];
    return [value ?? '', row.instanceId];
  }

  #compare(a: readonly [string | number, string], b: readonly [string | number, string]): number {
    return (this.query.descending === true ? -1 : 1) * (compareValues(a[0], b[0]) || compareValues(a[1], b[1]));
  }

  page(): InstancePage {
    const { pageSize, fingerprint } = this.#page;
    const hits = [...this.#hits.values()].sort((a, b) => this.#compare(a.key, b.key));
    const instances = hits.slice(0, pageSize).flatMap(({ row }) => row ?? []);
    const last = hits[pageSize - 1];
    if (hits.length <= pageSize || last === undefined) return { instances };
    return { instances, continuationToken: writeToken(fingerprint, ...last.key) };
  }

  counts(): Partial<Record<OrchestrationStatus, number>> {
    const counts: Partial<Record<OrchestrationStatus, number>> = {};
    for (const { status } of this.#hits.values()) counts[status] = (counts[status] ?? 0) + 1;
    return counts;
  }
}
