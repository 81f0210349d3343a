import type { FailureDetails } from '../core/history/history';
import { payloadValue } from '../core/values/payload';
import { kindTexts } from '../replay/pending-texts';
import type { PendingTask, ReplayStep, ReplayTimeline } from '../replay/replay-timeline';

/** A line of the Variables view that is made here, not in the process that holds the code's values. */
export interface VariableNode {
  name: string;
  /** One line. */
  value: string;
  type: string;
  /** Made when the line is opened. */
  children?: () => readonly VariableNode[];
  /** How many of the children are elements of an array. */
  indexedCount?: number;
}

const longestText = 200;

/** What `context.df` tells the code at this moment, and how the run ended if it did. */
export function durableContext(timeline: ReplayTimeline, step: ReplayStep): VariableNode[] {
  const started = timeline.history.find((event) => event.EventType === 'ExecutionStarted');
  const nodes = [
    plain('currentUtcDateTime', step.currentUtcDateTime, 'Date'),
    plain('isReplaying', String(step.isReplaying), 'boolean'),
    jsonNode('customStatus', step.customStatus),
    jsonNode('input', started?.Input ?? null),
    plain('instanceId', timeline.instanceId, 'string'),
    ...(timeline.parentInstanceId === null ? [] : [plain('parentInstanceId', timeline.parentInstanceId, 'string')]),
  ];
  if (step.kind === 'completed') nodes.unshift(jsonNode('output', step.output));
  if (step.kind === 'continuedAsNew') nodes.unshift(jsonNode('next input', step.output));
  if (step.failure !== null) nodes.unshift(failureNode('failure', step.failure));
  return nodes;
}

/** What the code has scheduled that has not finished. */
export function scheduledWork(timeline: ReplayTimeline, step: ReplayStep): VariableNode[] {
  return step.pending.map((task) => {
    const attempt = task.attempt > 1 ? `, attempt ${task.attempt}` : '';
    const since = task.sinceRow === null ? '' : `since row ${task.sinceRow + 1}`;
    return {
      name: `${kindTexts[task.kind]} ${task.name}${task.id === null ? '' : ` #${task.id}`}`,
      value: `${since}${attempt}`.replace(/^, /, ''),
      type: task.kind,
      children: () => pendingDetails(timeline, task),
    };
  });
}

function pendingDetails(timeline: ReplayTimeline, task: PendingTask): VariableNode[] {
  const row = task.sinceRow === null ? undefined : timeline.history[task.sinceRow];
  const nodes = [plain('kind', kindTexts[task.kind], 'string'), plain('name', task.name, 'string')];
  if (task.id !== null) nodes.push(plain('id', String(task.id), 'number'));
  if (task.kind === 'activity') nodes.push(plain('attempt', String(task.attempt), 'number'));
  if (task.instanceId !== null) nodes.push(plain('instanceId', task.instanceId, 'string'));
  if (row !== undefined) {
    if ('Input' in row) nodes.push(jsonNode('input', row.Input));
    nodes.push(plain('scheduled', row.Timestamp, 'Date'));
  }
  return nodes;
}

function failureNode(name: string, failure: FailureDetails): VariableNode {
  return {
    name,
    value: `${failure.ErrorType}: ${failure.ErrorMessage}`.slice(0, longestText),
    type: failure.ErrorType,
    children: () => [
      plain('type', failure.ErrorType, 'string'),
      plain('message', failure.ErrorMessage, 'string'),
      ...(failure.StackTrace == null ? [] : [plain('stack', failure.StackTrace, 'string')]),
      ...(failure.InnerFailure == null ? [] : [failureNode('inner', failure.InnerFailure)]),
    ],
  };
}

function plain(name: string, value: string, type: string): VariableNode {
  return { name, value, type };
}

/** JSON text as a tree; what is no JSON as text. */
export function jsonNode(name: string, text: string | null): VariableNode {
  return valueNode(name, payloadValue(text));
}

function valueNode(name: string, value: unknown): VariableNode {
  if (typeof value !== 'object' || value === null) {
    return {
      name,
      value: value === undefined ? 'undefined' : JSON.stringify(value),
      type: value === null ? 'null' : typeof value,
    };
  }
  const text = JSON.stringify(value);
  const node = {
    name,
    value: text.length > longestText ? `${text.slice(0, longestText)}…` : text,
    type: Array.isArray(value) ? 'Array' : 'Object',
    children: () => Object.entries(value).map(([key, each]) => valueNode(key, each)),
  };
  return Array.isArray(value) ? { ...node, indexedCount: value.length } : node;
}
