/** The functions view without the view: the app's functions by kind. */
import type { ConnectedWorker } from '../../core/ports/connected-worker';
import type { FunctionDescriptor, FunctionType } from '../../core/ports/function-worker';
import { triggerText } from '../../protocol/trigger-text';

export interface FunctionGroupNode {
  type: 'functionGroup';
  id: string;
  label: string;
  functions: readonly FunctionNode[];
}
export interface FunctionNode {
  type: 'function';
  id: string;
  label: string;
  description: string;
  tooltip: string;
  /** Codicon. */
  icon: string;
  /** Words that menus ask for: the kind, `runnable` when it can be called by hand, `get` for a route that a browser can open. */
  contextValue: string;
  name: string;
  /** A click shows its code, which is looked for by its name: workers of C# tell no file. */
  opensCode: boolean;
  /** Of an HTTP function. */
  url: string | null;
}

const kinds: readonly { type: FunctionType; label: string; icon: string }[] = [
  { type: 'orchestrator', label: 'Orchestrators', icon: 'symbol-method' },
  { type: 'activity', label: 'Activities', icon: 'symbol-event' },
  { type: 'entity', label: 'Entities', icon: 'symbol-object' },
  { type: 'http', label: 'HTTP', icon: 'globe' },
  { type: 'timer', label: 'Timers', icon: 'clock' },
  { type: 'other', label: 'Other', icon: 'symbol-misc' },
];

/** Functions that are called by hand: those that nothing here triggers, and those that may be run out of turn. */
export function runnableFunctions(functions: readonly FunctionDescriptor[]): FunctionDescriptor[] {
  const order: readonly FunctionType[] = ['timer', 'other', 'activity'];
  return functions
    .filter(isRunnable)
    .sort((a, b) => order.indexOf(a.type) - order.indexOf(b.type) || a.name.localeCompare(b.name));
}

/** `url` and `routePrefix` are the emulator's. Kinds without functions are left out. */
export function functionsTree(functions: readonly FunctionDescriptor[], url: string, routePrefix: string): FunctionGroupNode[] {
  return kinds
    .map(({ type, label, icon }) => ({
      type: 'functionGroup' as const,
      id: `functions:${type}`,
      label,
      functions: functions
        .filter((each) => each.type === type)
        .sort((a, b) => a.name.localeCompare(b.name))
        .map((each) => functionNode(each, icon, url, routePrefix)),
    }))
    .filter((group) => group.functions.length > 0);
}

/** What the programs run that have connected, one group a program. */
export function connectedTree(workers: readonly ConnectedWorker[]): FunctionGroupNode[] {
  return workers.map((worker) => {
    const of = (type: FunctionType, names: readonly string[]): FunctionNode[] =>
      [...names].sort().map((name) => ({
        type: 'function',
        id: `connected:${worker.id}:${type}:${name}`,
        label: name,
        description: '',
        tooltip: `${name}\n${worker.isAnnounced ? 'The program says that it runs this.' : 'The program has run this.'}`,
        icon: kinds.find((kind) => kind.type === type)?.icon ?? 'symbol-misc',
        contextValue: `function ${type}`,
        name,
        opensCode: false,
        url: null,
      }));
    return {
      type: 'functionGroup',
      id: `connected:${worker.id}`,
      label: connectedLabel(worker),
      functions: [
        ...of('orchestrator', worker.orchestrators),
        ...of('activity', worker.activities),
        ...of('entity', worker.entities),
      ],
    };
  });
}

/** `Python program`. */
export function connectedLabel({ language }: ConnectedWorker): string {
  return `${language} program`;
}

/** Of an HTTP function; parameters of its route stand in it as the app wrote them. */
export function functionUrl({ name, route }: FunctionDescriptor, origin: string, routePrefix: string): string {
  return [origin, routePrefix, route ?? name].filter((part) => part !== '').join('/');
}

function functionNode(each: FunctionDescriptor, icon: string, origin: string, routePrefix: string): FunctionNode {
  const url = each.type === 'http' ? functionUrl(each, origin, routePrefix) : null;
  const methods = each.methods ?? [];
  const opensInBrowser = url !== null && (methods.length === 0 || methods.includes('GET')) && !url.includes('{');
  const words = [each.type, ...(opensInBrowser ? ['get'] : []), ...(isRunnable(each) ? ['runnable'] : [])];
  return {
    type: 'function',
    id: `function:${each.type}:${each.name}`,
    label: each.name,
    description: triggerText(each),
    tooltip: [each.name, each.triggerType, url, each.file].filter((part) => part != null).join('\n'),
    icon,
    contextValue: `function ${words.join(' ')}`,
    name: each.name,
    opensCode: true,
    url,
  };
}

function isRunnable({ type }: FunctionDescriptor): boolean {
  return type === 'timer' || type === 'other' || type === 'activity';
}
