/**
 * The table "Where recordings are not followed" of docs/fidelity.md. Its first column names, in backticks, what may differ: a scenario, or
 * `scenario where`, `where` being the place of a difference as the test prints it. `*` stands for anything in both.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { projectRoot } from '../../support/durascope-program';
import type { Difference } from './compare';

const heading = '## Where recordings are not followed';

export class FidelityTable {
  private constructor(private readonly lines: readonly (readonly Place[])[]) {}

  static async read(): Promise<FidelityTable> {
    return FidelityTable.of(await readFile(path.join(projectRoot, 'docs', 'fidelity.md'), 'utf8'));
  }

  /** Of a page in Markdown. */
  static of(page: string): FidelityTable {
    const at = page.indexOf(heading);
    const section = at < 0 ? '' : page.slice(at + heading.length).split('\n## ', 1)[0];
    const lines = (section ?? '').split('\n').filter((line) => line.startsWith('| `'));
    return new FidelityTable(lines.map(placesOf));
  }

  get length(): number {
    return this.lines.length;
  }

  /** Whether the table allows the difference; every name that does so counts as met for that scenario. */
  allows(scenario: string, { where }: Difference): boolean {
    const allowing = this.lines.flat().filter((place) => place.scenario.test(scenario) && place.where.test(where));
    for (const { met } of allowing) met.add(scenario);
    return allowing.length > 0;
  }

  /**
   * What of the table is needless, by what differed in the scenarios that were played: a name without a place where one of the scenarios that it
   * stands for is as recorded, a name with a place that none of them differs in.
   */
  unmetBy(scenarios: readonly string[]): string[] {
    return this.lines.flat().flatMap(({ text, scenario, isWhole, met }) => {
      const named = scenarios.filter((name) => scenario.test(name));
      const equal = named.filter((name) => !met.has(name));
      if (isWhole) return equal.map((name) => (name === text ? name : `${text}: ${name}`));
      return named.length > 0 && equal.length === named.length ? [text] : [];
    });
  }

  /** Names that stand for none of the scenarios. */
  namelessAmong(scenarios: readonly string[]): string[] {
    return this.lines
      .flat()
      .filter(({ scenario }) => !scenarios.some((name) => scenario.test(name)))
      .map(({ text }) => text);
  }
}

/** What one text in backticks names. */
interface Place {
  text: string;
  scenario: RegExp;
  where: RegExp;
  /** It names no place: anything in the scenario may differ. */
  isWhole: boolean;
  /** Scenarios that it has allowed a difference in. */
  met: Set<string>;
}

function placesOf(line: string): Place[] {
  const first = line.split('|')[1] ?? '';
  return [...first.matchAll(/`([^`]+)`/g)].map(([, text = '']) => {
    const [scenario = '', where] = text.split(' ');
    const isWhole = where === undefined;
    return { text, scenario: wildcard(scenario), where: wildcard(where ?? '*'), isWhole, met: new Set<string>() };
  });
}

function wildcard(text: string): RegExp {
  return new RegExp(`^${text.replaceAll(/[.[\]()]/g, '\\$&').replaceAll('*', '.*')}$`);
}
