/** The few routes of the host's admin API that tools ask a local host for. */
import { Hono } from 'hono';
import type { Clock } from '../core/ports/clock';
import type { FunctionDescriptor } from '../core/ports/function-worker';
import { fromTimestamp } from '../core/time';
import type { ExchangeEnv } from './durascope-api';
import type { HttpSettings } from './http-settings';
import { percentDecode } from './url-text';

export interface AdminApiOptions {
  functions: () => readonly FunctionDescriptor[];
  settings: HttpSettings;
  startedAt: string;
  clock: Clock;
}

export function adminApi({ functions, settings, startedAt, clock }: AdminApiOptions): Hono<ExchangeEnv> {
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
  return api;
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
