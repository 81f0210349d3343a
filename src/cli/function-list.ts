/** The functions of an app as `start` names them. */
import path from 'node:path';
import type { FunctionDescriptor } from '../core/ports/function-worker';
import { type Column, renderTable } from './table';
import type { Terminal } from './terminal';

export interface ServedApp {
  readonly url: string;
  readonly appDir: string;
  readonly routePrefix: string;
  functions(): readonly FunctionDescriptor[];
}

/** The absolute URL of an HTTP-triggered function, with its route parameters in braces. */
export function functionUrl(app: Pick<ServedApp, 'url' | 'routePrefix'>, descriptor: FunctionDescriptor): string {
  return [app.url.replace(/\/$/, ''), app.routePrefix, descriptor.route ?? descriptor.name]
    .filter((part) => part !== '')
    .join('/');
}

/** False for queue, blob and other triggers, which nothing here pulls: such a function is called by hand only. */
export function isTriggered(descriptor: FunctionDescriptor): boolean {
  return descriptor.type !== 'other';
}

export function functionList(app: ServedApp, terminal: Terminal): string {
  const { style } = terminal;
  const functions = [...app.functions()].sort((a, b) => order(a) - order(b) || a.name.localeCompare(b.name));
  const triggered = functions.filter(isTriggered);
  const others = functions.filter((each) => !isTriggered(each));
  const columns: Column<FunctionDescriptor>[] = [
    { header: 'Type', cell: (each) => each.type, paint: (text) => style.dim(text) },
    { header: 'Function', cell: (each) => each.name, paint: (text) => style.cyan(text) },
    { header: 'Route or schedule', cell: (each) => routeOf(app, each), optional: true },
    {
      header: 'File',
      cell: (each) => (each.file === undefined ? '' : path.relative(app.appDir, each.file)),
      optional: true,
      minWidth: 16,
      paint: (text) => style.dim(text),
    },
  ];
  if (functions.length === 0) return style.yellow('No functions: the app is not loaded yet. What is wrong with it stands below.');
  const lines = triggered.length === 0 ? [] : [renderTable(triggered, columns, terminal.columns, style)];
  if (others.length > 0) {
    const names = others.map((each) => `${each.name} (${each.triggerType})`).join(', ');
    lines.push(
      ...(lines.length === 0 ? [] : ['']),
      style.yellow(`Called by hand only, with durascope invoke NAME --input JSON: ${names}`),
    );
  }
  return lines.join('\n');
}

function routeOf(app: ServedApp, descriptor: FunctionDescriptor): string {
  if (descriptor.type === 'timer') return descriptor.schedule ?? '';
  if (descriptor.type !== 'http') return '';
  return `${(descriptor.methods ?? []).join(',')} ${functionUrl(app, descriptor)}`.trim();
}

function order(descriptor: FunctionDescriptor): number {
  return ['orchestrator', 'activity', 'entity', 'http', 'timer'].indexOf(descriptor.type) >>> 0;
}
