import * as z from 'zod';
import { causeTexts, type DeterminismCause } from '../../core/history/divergence';

export const severities = ['error', 'warning', 'information', 'hint', 'off'] as const;
export type FindingSeverity = (typeof severities)[number];

/** Causes that findings in source text have; the others need a history. */
export const findingCauses = [
  ...(['currentTime', 'random', 'uuid', 'environment', 'timer', 'network', 'fileSystem', 'process'] as const),
  ...(['awaitNonDurable', 'asyncOrchestrator', 'yieldNonTask', 'missingYield', 'globalState', 'replayFlag'] as const),
  ...(['changedClock', 'oneByOne', 'groupedAgain', 'retryLeftBehind', 'booleanAsText', 'eventAgain'] as const),
  ...(['leftContext', 'blocked', 'dateWithoutZone'] as const),
] satisfies readonly DeterminismCause[];

// These fail, or do nothing, at the first run already.
const errors: ReadonlySet<DeterminismCause> = new Set(['asyncOrchestrator', 'awaitNonDurable', 'yieldNonTask']);

// They do what the code says, only not as soon as it could.
const notes: ReadonlySet<DeterminismCause> = new Set(['oneByOne']);

const schema = z.record(z.string(), z.enum(severities).catch('warning'));

/** What the setting `durascope.diagnostics.severity` says of a cause, or the severity without it. Anything may stand in the setting. */
export function severityOf(cause: DeterminismCause, setting: unknown): FindingSeverity {
  const parsed = schema.safeParse(setting);
  return (parsed.success ? parsed.data[cause] : undefined) ?? defaultOf(cause);
}

function defaultOf(cause: DeterminismCause): FindingSeverity {
  if (errors.has(cause)) return 'error';
  return notes.has(cause) ? 'information' : 'warning';
}

/** The heading of the cause in docs/determinism.md as Markdown viewers name it. */
export function causeAnchor(cause: DeterminismCause): string {
  return causeTexts[cause].title
    .toLowerCase()
    .replaceAll(/[^a-z0-9 ]/g, '')
    .replaceAll(' ', '-');
}
