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
  private readonly unmet: Set<TableLine>;

  private constructor(private readonly lines: readonly TableLine[]) {
    this.unmet = new Set(lines);
  }

  static async read(): Promise<FidelityTable> {
    const text = await readFile(path.join(projectRoot, 'docs', 'fidelity.md'), 'utf8');
    const at = text.indexOf(heading);
    const section = at < 0 ? '' : text.slice(at + heading.length).split('\n## ', 1)[0];
    const lines = (section ?? '').split('\n').filter((line) => line.startsWith('| `'));
    return new FidelityTable(lines.map(lineOf));
  }

  get length(): number {
    return this.lines.length;
  }

  /** Whether a line allows the difference; the line counts as met then. */
  allows(scenario: string, { where }: Difference): boolean {
    const line = this.lines.find(({ places }) =>
      places.some((place) => place.scenario.test(scenario) && place.where.test(where)),
    );
    if (line !== undefined) this.unmet.delete(line);
    return line !== undefined;
  }

  /** Lines that nothing differed for; `scenarios`: those that were played. */
  unmetBy(scenarios: readonly string[]): string[] {
    return [...this.unmet]
      .filter(({ places }) => places.some(({ scenario }) => scenarios.some((name) => scenario.test(name))))
      .map(({ text }) => text);
  }
}

interface TableLine {
  text: string;
  places: { scenario: RegExp; where: RegExp }[];
}

function lineOf(text: string): TableLine {
  const first = text.split('|')[1] ?? '';
  const places = [...first.matchAll(/`([^`]+)`/g)].map((match) => {
    const [scenario = '', where = '*'] = (match[1] ?? '').split(' ');
    return { scenario: wildcard(scenario), where: wildcard(where) };
  });
  return { text, places };
}

function wildcard(text: string): RegExp {
  return new RegExp(`^${text.replaceAll(/[.[\]()]/g, '\\$&').replaceAll('*', '.*')}$`);
}
