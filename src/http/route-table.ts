/**
 * Routes of ours with the rule for who may ask each of them. A route without a rule does not compile, and a table with one is not made:
 * what is not stated is not open.
 */
import type { IncomingRequest, Reply } from './exchange';
import type { PathSegment } from './request-target';

/**
 * Who may ask. `read`: programs of this machine and the server's own pages; the route changes nothing. `key`: those, with the system key.
 */
export type Access = 'read' | 'key';

export interface RouteCall {
  request: IncomingRequest;
  /** Values of the path by name, decoded once. */
  params: Readonly<Record<string, string>>;
  /** The same as sent, for those who must tell `+` from `%2B`. */
  rawParams: Readonly<Record<string, string>>;
}

export interface Route<Call extends RouteCall = RouteCall> {
  /** `GET` is also HEAD where the table says so; `any` is every verb. */
  method: 'GET' | 'POST' | 'DELETE' | 'any';
  /** `/instances/:id/events`: literals, which ignore case, and values. A last `*` is everything that follows, as `params['*']`. */
  path: string;
  access: Access;
  answer(call: Call): Promise<Reply> | Reply;
}

export interface RouteMatch<Call extends RouteCall> {
  route: Route<Call>;
  params: Record<string, string>;
  rawParams: Record<string, string>;
  /** What the path should have been when a literal of it is escaped, which is refused (request-target.ts T2). */
  misspelled: string | null;
}

interface Compiled<Call extends RouteCall> {
  route: Route<Call>;
  parts: readonly ({ literal: string } | { name: string })[];
}

export class RouteTable<Call extends RouteCall = RouteCall> {
  readonly #byLength = new Map<number, Compiled<Call>[]>();
  readonly #openEnded: Compiled<Call>[] = [];

  constructor(
    readonly routes: readonly Route<Call>[],
    private readonly options: { headAsGet: boolean },
  ) {
    for (const route of routes) {
      // Not for the compiler's sake: a table that is put together at run time is held to the same.
      if (!(['read', 'key'] as unknown[]).includes(route.access)) {
        throw new Error(`The route ${route.method} ${route.path} does not state who may ask it.`);
      }
      if (route.access === 'read' && route.method !== 'GET') {
        throw new Error(`The route ${route.method} ${route.path} needs the key: only GET reads.`);
      }
      const parts = route.path
        .slice(1)
        .split('/')
        .map((part) => (part.startsWith(':') ? { name: part.slice(1) } : { literal: part.toLowerCase() }));
      const isOpenEnded = route.path.endsWith('/*');
      if (isOpenEnded) this.#openEnded.push({ route, parts: parts.slice(0, -1) });
      else this.#byLength.set(parts.length, [...(this.#byLength.get(parts.length) ?? []), { route, parts }]);
    }
  }

  /** `segments`: of the path after the table's base. Of two routes that fit, the one that stands first. */
  match(method: string, segments: readonly PathSegment[]): RouteMatch<Call> | undefined {
    const verb = this.options.headAsGet && method === 'HEAD' ? 'GET' : method;
    for (const compiled of this.#byLength.get(segments.length) ?? []) {
      const match = matchOf(compiled, verb, segments);
      if (match !== undefined) return match;
    }
    for (const compiled of this.#openEnded) {
      if (segments.length <= compiled.parts.length) continue;
      const match = matchOf(compiled, verb, segments);
      if (match === undefined) continue;
      match.params['*'] = segments
        .slice(compiled.parts.length)
        .map(({ value }) => value)
        .join('/');
      return match;
    }
    return undefined;
  }
}

function matchOf<Call extends RouteCall>(
  { route, parts }: Compiled<Call>,
  verb: string,
  segments: readonly PathSegment[],
): RouteMatch<Call> | undefined {
  if (route.method !== 'any' && route.method !== verb) return undefined;
  // Names are ours, values are not: no value can name a property.
  const params: Record<string, string> = {};
  const rawParams: Record<string, string> = {};
  let isMisspelled = false;
  for (const [index, part] of parts.entries()) {
    const segment = segments[index];
    if (segment === undefined) return undefined;
    if ('name' in part) {
      if (segment.value === '') return undefined;
      params[part.name] = segment.value;
      rawParams[part.name] = segment.raw;
    } else {
      if (segment.value.toLowerCase() !== part.literal) return undefined;
      isMisspelled ||= segment.raw !== segment.value;
    }
  }
  return { route, params, rawParams, misspelled: isMisspelled ? route.path : null };
}
