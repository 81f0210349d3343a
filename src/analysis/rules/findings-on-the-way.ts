/** What the walk through an orchestrator has found: each place with the way that led there, unless a comment silences it. */
import type * as t from '@babel/types';
import { causeTexts, type DeterminismCause } from '../../core/history/divergence';
import { spanOf, type Finding, type Fix, type RelatedPlace } from '../findings/finding';
import { lineOf, type SourceModule } from '../source/source-module';
import type { FunctionNode } from '../source/syntax';

export interface CallSite {
  node: t.Node;
  module: SourceModule;
  /** The function that the call stands in, for the eye. */
  caller: string;
}

/** The function being walked through, and how the orchestrator came there. */
export interface Frame {
  readonly fn: FunctionNode;
  readonly module: SourceModule;
  readonly calls: readonly CallSite[];
  /** What it yields goes to the orchestration's runtime, and has to be a task. */
  readonly yieldsTasks: boolean;
  /** Its awaits are reported where it is called. */
  readonly isCalledAsync: boolean;
  /** What is only logged, or only done when not replaying, decides nothing. */
  readonly isOnlyTold: boolean;
  /** Reached or not depending on `context.df.isReplaying`. */
  readonly isForReplays: boolean;
  readonly isOrchestrator: boolean;
}

const onlyTold = new Set<DeterminismCause>(['currentTime', 'random', 'uuid', 'environment', 'process', 'globalState']);

export class FindingsOnTheWay {
  readonly #found: Finding[] = [];

  /** `name`: of the orchestrator, where it has one that is known. */
  constructor(private readonly name: string | null) {}

  get all(): readonly Finding[] {
    return this.#found;
  }

  add(
    frame: Frame,
    node: t.Node,
    cause: DeterminismCause,
    text: string | null,
    fixesOfIt: readonly Fix[] = [],
    where: readonly RelatedPlace[] = [],
  ): void {
    if (frame.isOnlyTold && onlyTold.has(cause)) return;
    const { module } = frame;
    const span = spanOf(node);
    const sites = [
      { module, line: span.startLine1 },
      ...frame.calls.map((each) => ({ module: each.module, line: spanOf(each.node).startLine1 })),
    ];
    if (sites.some((each) => isIgnored(each.module, each.line, cause))) return;
    const { reason, explanation } = causeTexts[cause];
    const what = text ?? `\`${short(node, module)}\``;
    this.#found.push({
      cause,
      message: `${what}. ${reason} ${explanation}`,
      file: module.file,
      span,
      orchestrators: this.name === null ? [] : [this.name],
      related: [
        ...where,
        ...frame.calls.map((each) => ({
          file: each.module.file,
          span: spanOf(each.node),
          message: `called from ${each.caller}`,
        })),
      ],
      fixes: fixesOfIt,
    });
  }

  hasInside(node: t.Node, frame: Frame, before: number): boolean {
    const { start, end } = spanOf(node);
    return this.#found
      .slice(before)
      .some((each) => each.file === frame.module.file && each.span.start >= start && each.span.end <= end);
  }

  /** For the eye: the function that a frame stands for. */
  nameOf(frame: Frame): string {
    if (frame.calls.length === 0) return this.#orchestratorText();
    const { fn } = frame;
    if ((fn.type === 'FunctionDeclaration' || fn.type === 'FunctionExpression') && fn.id != null) return `${fn.id.name}()`;
    const parent = frame.module.parents.get(fn);
    return parent?.type === 'VariableDeclarator' && parent.id.type === 'Identifier' ? `${parent.id.name}()` : 'a function';
  }

  #orchestratorText(): string {
    return this.name === null ? 'an orchestrator' : `orchestrator '${this.name}'`;
  }
}

function isIgnored(module: SourceModule, line1: number, cause: DeterminismCause): boolean {
  const causes = module.ignored.get(line1);
  return causes !== undefined && (causes.size === 0 || causes.has(cause));
}

/** The text of an expression, made to fit a message. */
export function short(node: t.Node, module: SourceModule): string {
  const text = lineOf(node, module);
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`;
}
