import { OrchestratorCheck } from './check-orchestrator';
import type { Finding } from '../findings/finding';
import { findFunctions, type FoundFunction } from '../functions/find-functions';
import { ValueFollower } from '../source/follow-value';
import { ModuleGraph, type SourceFiles } from '../source/module-graph';
import { openTimerOf, type OpenTimer } from './open-timer';

export interface FileFindings {
  /** Places in this file and in others that its orchestrators come to. In the order of files, then of places. */
  readonly findings: readonly Finding[];
  /** The files that the findings depend on, this one included. */
  readonly files: readonly string[];
  /**
   * Those of `files` whose text is no program (yet), for instance while it is being typed: of them nothing is known. When the file itself
   * is among them there are no findings at all.
   */
  readonly unreadable: readonly string[];
}

/** Finds what keeps the orchestrators of an app from replaying. Keeps what it has parsed; one for each app. */
export class DeterminismAnalyzer {
  readonly #graph: ModuleGraph;
  readonly #follower: ValueFollower;

  constructor(files: SourceFiles) {
    this.#graph = new ModuleGraph(files);
    this.#follower = new ValueFollower(this.#graph);
  }

  /**
   * Looks at the orchestrators that a file registers or defines. `folderFunctionName` is the name of the folder that holds a
   * function.json beside the file, which names the functions of the older programming model; null when there is none.
   */
  async analyze(file: string, folderFunctionName: string | null = null): Promise<FileFindings> {
    const files = await this.#graph.load(file);
    const unreadable = files.filter((each) => this.#graph.module(each) === null);
    const module = this.#graph.module(file);
    if (module == null) return { findings: [], files, unreadable };
    const functions = findFunctions(module, this.#follower, folderFunctionName).filter((each) => each.kind === 'orchestration');
    return { findings: merge(functions.flatMap((each) => this.#check(each))), files, unreadable };
  }

  /** The timer that an orchestrator, registered in this file, may leave open; null where that cannot be told (open-timer.ts). */
  async openTimer(file: string, orchestrator: string, folderFunctionName: string | null = null): Promise<OpenTimer | null> {
    await this.#graph.load(file);
    const module = this.#graph.module(file);
    if (module == null) return null;
    const [only, ...others] = findFunctions(module, this.#follower, folderFunctionName).filter(
      ({ kind, name }) => kind === 'orchestration' && name?.toLowerCase() === orchestrator.toLowerCase(),
    );
    return only === undefined || others.length > 0 ? null : openTimerOf(only, this.#follower);
  }

  #check(orchestrator: FoundFunction): readonly Finding[] {
    const check = new OrchestratorCheck(orchestrator, this.#follower);
    try {
      check.run();
    } catch (error) {
      // Code nested deeper than the stack reaches.
      if (!(error instanceof RangeError)) throw error;
    }
    return check.findings;
  }
}

/** One finding for each place and cause, with the ways of all who come there; in the order of the text. */
export function merge(findings: readonly Finding[]): Finding[] {
  const merged = new Map<string, Finding>();
  for (const finding of findings) {
    const key = `${finding.file}\n${finding.span.start} ${finding.span.end} ${finding.cause}`;
    const before = merged.get(key);
    if (before === undefined) merged.set(key, finding);
    else {
      const isNew = (message: string, line: number): boolean =>
        !before.related.some((each) => each.message === message && each.span.startLine1 === line);
      const more = finding.related.filter((each) => isNew(each.message, each.span.startLine1));
      const fixes = before.fixes.length > 0 ? before.fixes : finding.fixes;
      const orchestrators = [...new Set([...before.orchestrators, ...finding.orchestrators])];
      merged.set(key, { ...before, orchestrators, fixes, related: [...before.related, ...more].slice(0, maxRelated) });
    }
  }
  return [...merged.values()].sort((a, b) => compare(a.file, b.file) || a.span.start - b.span.start || a.span.end - b.span.end);
}

const maxRelated = 6;

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
