/** The few routes of the host's admin API that tools ask a local host for. */
import { Hono } from 'hono';
import * as z from 'zod';
import { messageOf } from '../base/error-message';
import type { Clock } from '../core/ports/clock';
import type { FunctionDescriptor } from '../core/ports/function-worker';
import { fromTimestamp } from '../core/values/time';
import type { Logger } from '../core/ports/logger';
import type { ExchangeEnv, FunctionInvoker } from './durascope-api';
import { bodyText } from './exchange';
import type { HttpSettings } from './http-settings';
import { percentDecode } from './url-text';

export interface AdminApiOptions {
  functions: () => readonly FunctionDescriptor[];
  settings: HttpSettings;
  startedAt: string;
  clock: Clock;
  invoke: FunctionInvoker;
  log: Logger;
  maxBodyBytes: number;
}

export function adminApi({
  functions,
  settings,
  startedAt,
  clock,
  invoke,
  log,
  maxBodyBytes,
}: AdminApiOptions): Hono<ExchangeEnv> {
  const api = new Hono<ExchangeEnv>();
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
  api.get('/host/ping', (c) => c.body(null, 200));
  api.get('/host/status', (c) =>
    c.json({
      id: settings.hubName,
      state: 'Running',
      version: settings.version,
      processUptime: clock.now() - fromTimestamp(startedAt),
    }),
  );
  api.get('/functions', (c) => c.json(functions().map(describe)));
  api.get('/functions/:name', (c) => {
    const name = percentDecode(c.req.param('name')).toLowerCase();
    const found = functions().find((each) => each.name.toLowerCase() === name);
    return found === undefined ? c.body(null, 404) : c.json(describe(found));
  });
  // As the host does it: accepted at once, whatever comes of it then. The body is { input: text }.
  api.post('/functions/:name', async (c) => {
    const name = percentDecode(c.req.param('name'));
    const found = functions().find((each) => each.name.toLowerCase() === name.toLowerCase());
    if (found === undefined) return c.body(null, 404);
    const text = bodyText(await c.env.exchange.body(maxBodyBytes));
    const body = bodySchema.safeParse(text === '' ? {} : jsonOf(text));
    if (!body.success) return c.json({ Message: 'The body is a JSON object with the trigger\'s text as "input".' }, 400);
    const input = body.data.input ?? null;
    invoke(found.name, typeof input === 'string' || input === null ? input : JSON.stringify(input), {}).catch(
      (error: unknown) => {
        log({
          level: 'error',
          category: 'http',
          message: messageOf(error),
          functionName: found.name,
        });
      },
    );
    return c.body(null, 202);
  });
  return api;
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
