/** Words and signs for the functions of an app. */
import { countText } from '../../base/count-text';
import type { FunctionEdge, FunctionKind, FunctionNode } from '../../protocol/functions-panel';

export const kindTitles: Readonly<Record<FunctionKind, string>> = {
  http: 'HTTP trigger',
  timer: 'Timer trigger',
  other: 'Trigger',
  orchestrator: 'Orchestrator',
  activity: 'Activity',
  entity: 'Entity',
  event: 'Event',
};

/** Codicons. */
export const kindIcons: Readonly<Record<FunctionKind, string>> = {
  http: 'globe',
  timer: 'clock',
  other: 'symbol-misc',
  orchestrator: 'symbol-method',
  activity: 'symbol-event',
  entity: 'symbol-object',
  event: 'mail',
};

/** As read from the caller. */
export const edgeVerbs: Readonly<Record<FunctionEdge['kind'], string>> = {
  call: 'calls',
  child: 'calls as a child',
  entity: 'calls',
  signal: 'signals',
  start: 'starts',
  awaits: 'is awaited by',
  raises: 'raises',
};

/** As read from what is called. */
export const edgeVerbsBack: Readonly<Record<FunctionEdge['kind'], string>> = {
  call: 'called by',
  child: 'child of',
  entity: 'called by',
  signal: 'signalled by',
  start: 'started by',
  awaits: 'waits for',
  raises: 'raised by',
};

/** `12 instances, 3 running, 1 failed`; empty where nothing is counted. */
export function countsText({ kind, counts }: FunctionNode): string {
  if (counts === null || counts.total === 0) return '';
  const noun = kind === 'orchestrator' ? 'instance' : kind === 'event' ? 'event' : 'call';
  return [
    countText(counts.total, noun),
    ...(counts.running > 0 ? [`${counts.running.toLocaleString('en')} running`] : []),
    ...(counts.failed > 0 ? [`${counts.failed.toLocaleString('en')} failed`] : []),
  ].join(', ');
}

/** What a screen reader says of a function in the graph after what can be read on it. */
export function spokenRest(node: FunctionNode, edges: readonly FunctionEdge[]): string {
  const [out, into] = [edges.filter(({ from }) => from === node.id).length, edges.filter(({ to }) => to === node.id).length];
  return [...(node.isMissing ? ['not among the functions of the app'] : []), `${countText(into, 'way')} in, ${out} out`].join(
    ', ',
  );
}
