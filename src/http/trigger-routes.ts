/** Which HTTP-triggered function answers a path: templates by precedence, literals before parameters. */
import { DurascopeError } from '../core/values/errors';
import type { FunctionDescriptor } from '../core/ports/function-worker';
import { parseRouteTemplate, type RouteTemplate } from './route-template';
import type { RequestTarget } from './request-target';

export interface TriggerRoute {
  functionName: string;
  template: RouteTemplate;
  /** Upper case; null: every method. */
  methods: ReadonlySet<string> | null;
}

export interface TriggerMatch {
  functionName: string;
  params: Record<string, string>;
}

export interface TriggerRoutes {
  readonly routes: readonly TriggerRoute[];
  /** One sentence for each function whose route cannot be used, or not as it seems to be meant. */
  readonly problems: readonly string[];
  match(method: string, target: RequestTarget): TriggerMatch | undefined;
  isUnderPrefix(target: RequestTarget): boolean;
}

/** `routePrefix` without slashes at its ends; empty for none. */
export function triggerRoutes(functions: readonly FunctionDescriptor[], routePrefix: string): TriggerRoutes {
  const problems: string[] = [];
  const routes: TriggerRoute[] = [];
  for (const each of functions) {
    if (each.type !== 'http') continue;
    try {
      // An absent or empty route is the function's name.
      const template = parseRouteTemplate(each.route === undefined || each.route === '' ? each.name : each.route);
      const setting = /%[^%/{}]+%/.exec(template.text)?.[0];
      if (setting !== undefined) problems.push(settingInRoute(each.name, setting));
      if (/^\/*(admin|runtime)/i.test(template.text)) throw reservedRoute(template.text);
      const methods = (each.methods ?? []).map((method) => method.toUpperCase());
      routes.push({ functionName: each.name, template, methods: methods.length === 0 ? null : new Set(methods) });
    } catch (error) {
      if (!DurascopeError.is(error)) throw error;
      problems.push(`The function '${each.name}' cannot be called: ${error.message}`);
    }
  }
  // Stable: of two routes alike the one registered first answers.
  routes.sort((a, b) =>
    a.template.precedence < b.template.precedence ? -1 : a.template.precedence > b.template.precedence ? 1 : 0,
  );
  const prefix = routePrefix === '' ? [] : routePrefix.toLowerCase().split('/');
  const isUnderPrefix = ({ segments }: RequestTarget): boolean =>
    prefix.every((part, index) => segments[index]?.value.toLowerCase() === part);
  return {
    routes,
    problems,
    isUnderPrefix,
    match: (method, target) => {
      if (!isUnderPrefix(target)) return undefined;
      const rest = ownSegments(target).slice(prefix.length);
      for (const { functionName, template, methods } of routes) {
        // A method that the function does not list means no match (404, never 405): methods are route constraints in the real host.
        if (methods !== null && !methods.has(method)) continue;
        const params = template.match(rest);
        if (params !== undefined) return { functionName, params };
      }
      return undefined;
    },
  };
}

/** Of bindings the host resolves settings in what their extensions say; a route is mapped as it is written. */
function settingInRoute(name: string, setting: string): string {
  return `The route of the function '${name}' has ${setting} in it: the Functions host replaces no settings in routes, so it is a part of the address as it stands. Read the setting where the function is registered, for instance from process.env.`;
}

/** The host refuses these whatever the prefix is. */
function reservedRoute(route: string): DurascopeError {
  return new DurascopeError(
    'AppInvalid',
    `The route '${route}' is not valid: addresses of the host itself begin with 'admin' and 'runtime'. Choose another.`,
    { details: { route } },
  );
}

/** As sent. One slash at the end is no segment. */
function ownSegments({ segments }: RequestTarget): string[] {
  const all = segments.map(({ raw }) => raw);
  return all.at(-1) === '' ? all.slice(0, -1) : all;
}
