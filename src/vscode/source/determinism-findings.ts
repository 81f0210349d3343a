import type { DeterminismAnalyzer, FileFindings } from '../../analysis/rules/determinism-analyzer';
import { AppSources, openDocument } from './app-sources';
import { GrammarFindings } from './grammar-findings';
import type { KnownFindings } from './known-findings';
import { loadAnalysis } from './load-analysis';

/** The findings of one app, kept up as its files change. */
export class DeterminismFindings {
  readonly sources = new AppSources();
  readonly #analyzer: DeterminismAnalyzer;
  /** By entry: files that register or define orchestrators. */
  readonly #results = new Map<string, FileFindings>();
  #known = new Map<string, KnownFindings>();
  readonly #ofGrammars = new GrammarFindings(this.sources);

  /** `folderNameOf`: the name that the folder gives to a function, as `analyze` wants it. */
  constructor(private readonly folderNameOf: (file: string) => Promise<string | null>) {
    this.#analyzer = new (loadAnalysis().DeterminismAnalyzer)(this.sources);
  }

  get known(): ReadonlyMap<string, KnownFindings> {
    return new Map([...this.#known, ...this.#ofGrammars.known]);
  }

  /** Looks at files that have changed and at those that depend on them. True when anything may be different now. */
  async update(changed: ReadonlySet<string>): Promise<boolean> {
    const ofGrammars = new Set([...changed].filter((file) => GrammarFindings.reads(file)));
    const isChanged = await this.#ofGrammars.update(ofGrammars);
    return (await this.#updateModules(new Set([...changed].filter((file) => !ofGrammars.has(file))))) || isChanged;
  }

  async #updateModules(changed: ReadonlySet<string>): Promise<boolean> {
    const entries = new Set<string>();
    for (const file of changed) {
      const text = await this.sources.read(file);
      if (text === undefined) this.#results.delete(file);
      else if (mayHoldOrchestrators(text) || this.#results.has(file)) entries.add(file);
    }
    for (const [entry, { files }] of this.#results) if (files.some((each) => changed.has(each))) entries.add(entry);
    const versions = new Map<string, number | null>();
    const unreadable = new Set<string>();
    for (const entry of entries) {
      // Between two files the extension host belongs to everybody else.
      await new Promise((resolve) => setImmediate(resolve));
      const result = await this.#analyzer.analyze(entry, await this.folderNameOf(entry));
      for (const each of result.files) versions.set(each, openDocument(each)?.version ?? null);
      for (const each of result.unreadable) unreadable.add(each);
      if (!result.unreadable.includes(entry)) this.#results.set(entry, result);
    }
    this.#gather(unreadable, versions);
    return entries.size > 0;
  }

  #gather(unreadable: ReadonlySet<string>, versions: ReadonlyMap<string, number | null>): void {
    const known = new Map<string, KnownFindings>();
    for (const finding of loadAnalysis().merge([...this.#results.values()].flatMap((each) => each.findings))) {
      const before = known.get(finding.file);
      const version =
        versions.get(finding.file) ?? this.#known.get(finding.file)?.version ?? openDocument(finding.file)?.version ?? null;
      known.set(finding.file, { findings: [...(before?.findings ?? []), finding], version });
    }
    // Half-typed code says nothing about what it was before.
    for (const file of unreadable) {
      const before = this.#known.get(file);
      if (before === undefined) known.delete(file);
      else known.set(file, before);
    }
    this.#known = known;
  }
}

/** A glance, so that most files of an app are never parsed. */
function mayHoldOrchestrators(text: string): boolean {
  return /orchestrat/i.test(text);
}
