/** The few routes of the host's admin API that tools ask a local host for. */
import * as z from 'zod';
import { messageOf } from '../base/error-message';
import type { Clock } from '../core/ports/clock';
import type { FunctionDescriptor } from '../core/ports/function-worker';
import { fromTimestamp } from '../core/values/time';
import type { Logger } from '../core/ports/logger';
import type { FunctionInvoker } from './durascope-api';
import { bare, bodyText, json } from './exchange';
import type { HttpSettings } from './http-settings';
import { RouteTable } from './route-table';

export interface AdminApiOptions {
  functions: () => readonly FunctionDescriptor[];
  settings: HttpSettings;
  startedAt: string;
  clock: Clock;
  invoke: FunctionInvoker;
  log: Logger;
  maxBodyBytes: number;
}

export function adminApi({ functions, settings, startedAt, clock, invoke, log, maxBodyBytes }: AdminApiOptions): RouteTable {
  const describe = (each: FunctionDescriptor) => ({
    name: each.name,
    href: `${settings.origin()}/admin/functions/${encodeURIComponent(each.name)}`,
    script_href: null,
    language: 'node',
    isDisabled: false,
    isDirect: true,
    config: { bindings: [bindingOf(each)] },
    ...(each.type === 'http' && { invoke_url_template: invokeUrl(each, settings) }),
  });
  const named = (name = '') => functions().find((each) => each.name.toLowerCase() === name.toLowerCase());
  return new RouteTable(
    [
      { method: 'GET', path: '/host/ping', access: 'read', answer: () => bare(200) },
      {
        method: 'GET',
        path: '/host/status',
        access: 'read',
        answer: () =>
          json(200, {
            id: settings.hubName,
            state: 'Running',
            version: settings.version,
            processUptime: clock.now() - fromTimestamp(startedAt),
          }),
      },
      { method: 'GET', path: '/functions', access: 'read', answer: () => json(200, functions().map(describe)) },
      {
        method: 'GET',
        path: '/functions/:name',
        access: 'read',
        answer: ({ params }) => {
          const found = named(params['name']);
          return found === undefined ? bare(404) : json(200, describe(found));
        },
      },
      // As the host does it: accepted at once, whatever comes of it then. The body is { input: text }.
      {
        method: 'POST',
        path: '/functions/:name',
        access: 'key',
        answer: async ({ request, params }) => {
          const found = named(params['name']);
          if (found === undefined) return bare(404);
          const text = bodyText(await request.body(maxBodyBytes));
          const body = bodySchema.safeParse(text === '' ? {} : jsonOf(text));
          if (!body.success) return json(400, { Message: 'The body is a JSON object with the trigger\'s text as "input".' });
          const input = body.data.input ?? null;
          invoke(found.name, typeof input === 'string' || input === null ? input : JSON.stringify(input), {}).catch(
            (error: unknown) => log({ level: 'error', category: 'http', message: messageOf(error), functionName: found.name }),
          );
          return bare(202);
        },
      },
    ],
    { headAsGet: true },
  );
}

const bodySchema = z.object({ input: z.unknown().optional() });

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function bindingOf(each: FunctionDescriptor) {
  return {
    type: each.triggerType,
    direction: 'in',
    ...(each.route !== undefined && { route: each.route }),
    ...(each.methods !== undefined && { methods: each.methods }),
    ...(each.authLevel !== undefined && { authLevel: each.authLevel }),
    ...(each.schedule !== undefined && { schedule: each.schedule }),
  };
}

function invokeUrl(each: FunctionDescriptor, settings: HttpSettings): string {
  const route = each.route === undefined || each.route === '' ? each.name : each.route.replace(/^\/+/, '');
  return [settings.origin(), settings.routePrefix, route].filter((part) => part !== '').join('/');
}
