/** What kept runs have reached of a file's yields: how often, and how long they waited there. */
import type { BranchInText, YieldInText } from '../../analysis/source/yields-in-text';
import { durationText } from '../../base/duration-text';
import type { ReplayTimeline } from '../../replay/replay-timeline';
import { fromTimestamp } from '../../core/values/time';

export interface YieldVisits {
  yield: YieldInText;
  count: number;
  /** `yield callActivity(...) · 3×, median 1.2 s`. */
  text: string;
}

export interface BranchVisits {
  branch: BranchInText;
  /** Of the yield in it that was reached most often. */
  count: number;
}

/** For each place at which runs stood still, `file:line` of the yield's frame: milliseconds that each wait took; null where it never ended. */
export class Visits {
  readonly #places = new Map<string, Map<number, (number | null)[]>>();

  add({ steps, history }: Pick<ReplayTimeline, 'steps' | 'history'>): void {
    for (const [index, { frames, rows }] of steps.entries()) {
      const asked = history[rows.to - 1]?.Timestamp;
      const next = steps[index + 1];
      const answered = next === undefined || next.rows.to <= next.rows.from ? undefined : history[next.rows.from]?.Timestamp;
      const tookMs =
        asked === undefined || answered === undefined ? null : Math.max(0, fromTimestamp(answered) - fromTimestamp(asked));
      for (const { place } of frames) {
        if (place === null) continue;
        const lines = this.#places.get(place.file) ?? new Map<number, (number | null)[]>();
        this.#places.set(place.file, lines);
        lines.set(place.line, [...(lines.get(place.line) ?? []), tookMs]);
      }
    }
  }

  get files(): string[] {
    return [...this.#places.keys()];
  }

  of(
    file: string,
    { yields, branches }: { yields: readonly YieldInText[]; branches: readonly BranchInText[] },
  ): { yields: YieldVisits[]; branches: BranchVisits[] } {
    const waits = yields.map((): (number | null)[] => []);
    for (const [line, took] of this.#places.get(file) ?? []) {
      // Of yields in each other, the one whose text is shortest: that is where the code stands.
      const index = yields
        .map((each, at) => ({
          at,
          lines: each.endLine1 - each.startLine1,
          holds: each.startLine1 <= line && line <= each.endLine1,
        }))
        .filter(({ holds }) => holds)
        .sort((a, b) => a.lines - b.lines)[0]?.at;
      if (index !== undefined) waits[index]?.push(...took);
    }
    const visits = yields.map((each, index) => visitsOf(each, waits[index] ?? []));
    return {
      yields: visits,
      branches: branches.map((branch) => ({
        branch,
        count: Math.max(0, ...branch.yields.map((index) => visits[index]?.count ?? 0)),
      })),
    };
  }
}

const longest = 60;

function visitsOf(each: YieldInText, waits: readonly (number | null)[]): YieldVisits {
  const took = waits.filter((ms) => ms !== null).sort((a, b) => a - b);
  const median = took[Math.floor((took.length - 1) / 2)];
  const code = each.text.replace(/^yield\b\s*\*?\s*(?:\w+\.df\.)?/, '');
  const source = code.length > longest ? `${code.slice(0, longest - 1)}…` : code;
  const count = waits.length;
  const length = median === undefined ? '' : `, ${count === 1 ? '' : 'median '}${durationText(median)}`;
  const times = count === 0 ? 'never reached' : `${count}×${length}`;
  return { yield: each, count, text: `${times} · ${source}` };
}
