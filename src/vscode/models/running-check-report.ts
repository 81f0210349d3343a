/** What the check of running instances says, as texts and as problems by line. */
import { countText } from '../../base/count-text';
import { causeTexts, type Divergence, type DeterminismCause } from '../../core/history/divergence';
import type { HubChange } from '../../core/ports/task-hub-client';
import { isTerminal } from '../../core/values/status';
import type { SourcePlace } from '../../core/values/source-place';
import { commands, type CommandId } from './ids';
import type { BrokenInstance, RunningCheck } from '../../replay/check-running';
import { shortId } from './instance-item';

/** Broken instances that part from their histories at one line for one cause. */
export interface BreakingLine {
  functionName: string;
  cause: DeterminismCause;
  /** Null where the replay does not tell: then the function's own place serves. */
  place: SourcePlace | null;
  /** Newest first. */
  instanceIds: readonly string[];
  /** For the problem on that line. */
  message: string;
}

const mostIds = 5;

export function breakingLines(broken: readonly BrokenInstance[]): BreakingLine[] {
  const lines = new Map<string, { first: BrokenInstance; instanceIds: string[] }>();
  for (const each of broken) {
    const { place, cause } = each.divergence;
    const key = JSON.stringify([each.functionName, place?.file, place?.line, cause]);
    const line = lines.get(key);
    if (line === undefined) lines.set(key, { first: each, instanceIds: [each.instanceId] });
    else line.instanceIds.push(each.instanceId);
  }
  return [...lines.values()].map(({ first: { functionName, divergence }, instanceIds }) => ({
    functionName,
    cause: divergence.cause,
    place: divergence.place,
    instanceIds,
    message: lineMessage(divergence, instanceIds),
  }));
}

function lineMessage({ message }: Divergence, instanceIds: readonly string[]): string {
  const [first = ''] = instanceIds;
  const shown = instanceIds.slice(0, mostIds).join(', ');
  const more = instanceIds.length > mostIds ? ` and ${instanceIds.length - mostIds} more` : '';
  return instanceIds.length === 1
    ? `The running instance ${first} would fail with this code. ${message}`
    : `${instanceIds.length} running instances would fail with this code: ${shown}${more}. ${message}`;
}

/** What is offered at the problem, best first. */
export function fixesOf({
  instanceIds,
  cause,
}: BreakingLine): { title: string; command: CommandId; arguments: readonly string[] }[] {
  const [first = ''] = instanceIds;
  const name = shortId(first);
  const all = {
    title: `List all ${countText(instanceIds.length, 'running instance')}`,
    command: commands.showBroken,
    arguments: [],
  };
  return [
    { title: `Show where ${name} and the code part`, command: commands.showBroken, arguments: [first] },
    { title: `Step through the replay of ${name}`, command: commands.stepThroughReplay, arguments: [first] },
    ...(instanceIds.length === 1 ? [] : [all]),
    { title: `Explain: ${causeTexts[cause].title.toLowerCase()}`, command: commands.explainCause, arguments: [cause] },
  ];
}

/** A few words; null when there is nothing to say. */
export function summaryText({ broken }: RunningCheck): string | null {
  if (broken.length === 0) return null;
  return broken.length === 1 ? '1 running instance would break' : `${broken.length} running instances would break`;
}

/** A few lines for a tooltip. */
export function summaryLines({ broken, checked, isPartial }: RunningCheck): string[] {
  const byCause = breakingLines(broken).map((line) => {
    const where = line.place === null ? '' : `, line ${line.place.line}`;
    return `${line.functionName}${where}: ${causeTexts[line.cause].title.toLowerCase()} (${line.instanceIds.length})`;
  });
  const looked = isPartial ? `Looked at the ${checked} newest.` : `Looked at ${checked}.`;
  return ['Their histories no longer replay with the code as it is now.', ...byCause, looked];
}

/** Those of which it is still true: what has ended, begun anew or gone is not broken by the code any more. */
export function stillBroken(broken: readonly BrokenInstance[], changes: readonly HubChange[]): readonly BrokenInstance[] {
  const over = new Set<string>();
  for (const change of changes) {
    if (change.type === 'purged') over.add(change.instanceId);
    else if (change.type === 'instance' && (change.historyReplaced || isTerminal(change.row.runtimeStatus))) {
      over.add(change.row.instanceId);
    }
  }
  return over.size === 0 ? broken : broken.filter(({ instanceId }) => !over.has(instanceId));
}

/** Asked before something lets them run on. `verb`: `Raise`, `Resume`. */
export function runOnQuestion(
  broken: readonly BrokenInstance[],
  verb: string,
): { question: string; detail: string; answers: readonly { label: string; value: 'go' | 'show' }[] } {
  const [first] = broken;
  const more = broken.length > 1 ? ` So would ${broken.length - 1} more.` : '';
  return {
    question: `${first?.functionName ?? ''} ${first?.instanceId ?? ''} would fail with the code as it is now.`,
    detail: `${first?.divergence.message ?? ''}${more}`,
    answers: [
      { label: 'Show Where They Part', value: 'show' },
      { label: `${verb} Anyway`, value: 'go' },
    ],
  };
}
