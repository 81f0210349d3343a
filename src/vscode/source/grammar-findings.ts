import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Finding } from '../../analysis/findings/finding';
import { type AppSources, openDocument } from './app-sources';
import type { KnownFindings } from './known-findings';
import { loadAnalysis } from './load-analysis';
import { loadGrammars, parserOf } from '../../analysis/grammar-bundle/load-grammars';

/** The findings of an app's texts in C# and PowerShell, kept up as its files change. */
export class GrammarFindings {
  readonly #csharpFiles = new Set<string>();
  /** By the file that an orchestrator is in. */
  #csharp: ReadonlyMap<string, KnownFindings> = new Map();
  readonly #powerShell = new Map<string, KnownFindings>();

  constructor(private readonly sources: AppSources) {}

  static reads(file: string): boolean {
    return /\.(cs|ps1)$/i.test(file);
  }

  get known(): ReadonlyMap<string, KnownFindings> {
    return new Map([...this.#csharp, ...this.#powerShell]);
  }

  /** Looks at files that have changed. True when anything may be different now. */
  async update(changed: ReadonlySet<string>): Promise<boolean> {
    const scripts = [...changed].filter((file) => /\.ps1$/i.test(file));
    for (const file of scripts) await this.#checkScript(file);
    const texts = [...changed].filter((file) => /\.cs$/i.test(file));
    for (const file of texts) this.#csharpFiles.add(file);
    if (texts.length > 0) await this.#checkCSharp();
    return scripts.length + texts.length > 0;
  }

  /** What a method does is found through those that call it, so the texts are looked at together. */
  async #checkCSharp(): Promise<void> {
    const texts = new Map<string, string>();
    const versions = new Map<string, number | null>();
    for (const file of this.#csharpFiles) {
      const version = openDocument(file)?.version ?? null;
      const text = await this.sources.read(file);
      if (text === undefined) this.#csharpFiles.delete(file);
      else {
        texts.set(file, text);
        versions.set(file, version);
      }
    }
    const hasOrchestrators = [...texts.values()].some((text) => /Orchestrat/.test(text));
    const found = hasOrchestrators ? loadGrammars().checkCSharp(await parserOf('csharp'), texts) : [];
    const known = new Map<string, KnownFindings>();
    for (const finding of loadAnalysis().merge(found)) {
      const { file } = finding;
      known.set(file, { findings: [...(known.get(file)?.findings ?? []), finding], version: versions.get(file) ?? null });
    }
    this.#csharp = known;
  }

  async #checkScript(file: string): Promise<void> {
    const described = await readFile(path.join(path.dirname(file), 'function.json'), 'utf8').catch(() => undefined);
    const version = openDocument(file)?.version ?? null;
    const text = await this.sources.read(file);
    const name = loadGrammars().powerShellOrchestrator(file, described);
    const findings: readonly Finding[] =
      text === undefined || name === null ? [] : loadGrammars().checkPowerShell(await parserOf('powershell'), file, text, name);
    if (findings.length === 0) this.#powerShell.delete(file);
    else this.#powerShell.set(file, { findings: loadAnalysis().merge(findings), version });
  }
}
