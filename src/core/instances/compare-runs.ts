/** Two runs side by side: what their histories, outputs and custom statuses say (core/history/align.ts). */
import { type AlignedRow, type Alignment, alignHistories, type DifferenceAspect } from '../history/align';
import type { Operation, OperationKind } from '../history/compact-history';
import type { HistoryEvent } from '../history/history';
import { isSameJson, withoutIdsAndTimes } from '../values/json-likeness';
import type { CustomStatusChange, InstanceRow } from './instance';

export interface ComparedRun {
  row: InstanceRow;
  /** Commit order. */
  history: readonly HistoryEvent[];
  customStatusChanges: readonly CustomStatusChange[];
}

/** `incidental`: nothing but ids and times of the run differ. */
export type Likeness = 'same' | 'incidental' | 'other';

export interface ComparedValue {
  left: string | null;
  right: string | null;
  likeness: Likeness;
}

export interface RunComparison {
  alignment: Alignment;
  status: ComparedValue;
  output: ComparedValue;
  /** By place: one that a run never came to is null. */
  customStatuses: readonly ComparedValue[];
  /** Nothing differs but what is incidental. */
  isSame: boolean;
}

export function compareRuns(left: ComparedRun, right: ComparedRun): RunComparison {
  const compare = (a: string | null, b: string | null): ComparedValue => {
    if (isSameJson(a, b)) return { left: a, right: b, likeness: 'same' };
    const isBare = isSameJson(withoutIdsAndTimes(a, left.row.instanceId), withoutIdsAndTimes(b, right.row.instanceId));
    return { left: a, right: b, likeness: isBare ? 'incidental' : 'other' };
  };
  const alignment = alignHistories(left.history, right.history);
  const status = compare(left.row.runtimeStatus, right.row.runtimeStatus);
  const output = compare(left.row.output, right.row.output);
  const places = Math.max(left.customStatusChanges.length, right.customStatusChanges.length);
  const customStatuses = Array.from({ length: places }, (_, place) =>
    compare(left.customStatusChanges[place]?.value ?? null, right.customStatusChanges[place]?.value ?? null),
  );
  const isSame = alignment.first === null && [status, output, ...customStatuses].every(({ likeness }) => likeness !== 'other');
  return { alignment, status, output, customStatuses, isSame };
}

const kindTexts: Readonly<Record<OperationKind, string>> = {
  start: 'started',
  activity: 'activity',
  child: 'sub-orchestration',
  timer: 'timer',
  event: 'event',
  entity: 'entity',
  sent: 'sent',
  control: 'by hand',
  end: 'ended',
};

/** `activity Charge`. */
export function operationText({ kind, name }: Operation): string {
  return kind === 'start' || kind === 'end' ? kindTexts[kind] : `${kindTexts[kind]} ${name}`;
}

/** What came of it, in a few words: a result, a failure, or how it stands. */
export function resultText({ kind, state, result }: Operation): string {
  switch (state) {
    case 'completed':
      return result ?? (kind === 'timer' ? 'fired' : 'done');
    case 'failed':
      return `failed: ${result ?? ''}`;
    case 'open':
      return 'under way';
    case 'abandoned':
      return 'left alone';
  }
}

const aspectTexts: Readonly<Record<DifferenceAspect, string>> = {
  only: 'only here',
  name: 'another call',
  order: 'in another order',
  input: 'another input',
  delay: 'another time',
  attempts: 'other attempts',
  state: 'ended otherwise',
  result: 'another result',
  arrival: 'came in another order',
};

/** In what the sides of the row differ, in a few words. */
export function aspectText({ left, right }: AlignedRow, aspect: DifferenceAspect): string {
  return aspect === 'name' && (left ?? right)?.kind === 'start' ? 'another orchestrator' : aspectTexts[aspect];
}

/** For programs. */
export function comparisonView(comparison: RunComparison): Record<string, unknown> {
  const { alignment, ...values } = comparison;
  const side = (operation: AlignedRow['left']) =>
    operation === null
      ? null
      : {
          rows: operation.rows.map((index) => index + 1),
          kind: operation.kind,
          name: operation.name,
          state: operation.state,
          input: operation.input,
          result: operation.result,
          attempts: operation.attempts,
        };
  return {
    ...values,
    first: alignment.first,
    rows: alignment.rows.map(({ left, right, differences }) => ({ left: side(left), right: side(right), differences })),
  };
}
