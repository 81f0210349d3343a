/**
 * Who may ask, and for what. The server listens on loopback only; these rules keep out web pages that reach it through the user's browser.
 *
 *   S1. The Host header names this machine (localhost, 127.0.0.1, [::1]): a foreign name that resolves to loopback is DNS rebinding.
 *   S2. A foreign Origin gets nothing from the management API and from Durascope's own routes. The app's routes answer origins of
 *       this machine and those that local.settings.json allows (Host.CORS). A browser sends no Origin for images, scripts, frames and
 *       links: where it says that another site made it ask (Sec-Fetch-Site), only a page that the user sees opening is answered.
 *   S3. What changes something wants the system key, compared in constant time. Reading wants S1 and S2 only.
 */
import { timingSafeEqual } from 'node:crypto';
import { type IncomingRequest, json, plainText, type Reply } from './exchange';
import { isLoopbackHost } from '../base/loopback';
import { parseQuery } from './url-text';

export interface CorsSettings {
  /** Exact origins, or `*`. */
  allowedOrigins: readonly string[];
  supportCredentials: boolean;
}

/** S1. A refusal, or null. `extraHosts` are lower-case names without port that the user allowed. */
export function refuseForeignHost(request: IncomingRequest, extraHosts: ReadonlySet<string>): Reply | null {
  const host = request.header('host');
  if (host !== undefined && (isLoopbackHost(host) || extraHosts.has(host.toLowerCase().replace(/:\d+$/, '')))) return null;
  return plainText(
    403,
    `This server answers requests for localhost only; this one was for ${host === undefined ? 'no host' : `'${host.slice(0, 100)}'`}. Use http://localhost with the port of the emulator.\n`,
  );
}

/** S2 for the management API and Durascope's own routes. */
export function refuseForeignPage(request: IncomingRequest): Reply | null {
  const origin = request.header('origin');
  if (origin !== undefined) return isOwnOrigin(request, origin) ? null : foreignOrigin(origin, 'Only its own pages may call it.');
  const site = request.header('sec-fetch-site');
  if (site === undefined || site === 'same-origin' || site === 'none' || opensPage(request)) return null;
  return foreignOrigin('another site', 'Only its own pages may call it.');
}

/** Whether the answer becomes the page in the address bar: a link that was followed, a redirect of a sign-in. Frames and prefetches do not. */
function opensPage(request: IncomingRequest): boolean {
  return (
    (request.method === 'GET' || request.method === 'HEAD') &&
    request.header('sec-fetch-mode') === 'navigate' &&
    (request.header('sec-fetch-dest') ?? 'document') === 'document' &&
    request.header('sec-purpose') === undefined
  );
}

/**
 * S2 for the app's own routes, which may do anything whatever their verb. Without an Origin the Referer says which site it is that
 * Host.CORS allows.
 */
export function refuseForeignCaller(request: IncomingRequest, cors: CorsSettings | undefined): Reply | null {
  const origin = request.header('origin');
  if (origin === undefined) {
    if (request.header('sec-fetch-site') !== 'cross-site' || opensPage(request)) return null;
    const site = originOf(request.header('referer'));
    return allows(cors, site) ? null : foreignOrigin(site === '' ? 'another site' : site, corsAdvice);
  }
  if (isOwnOrigin(request, origin) || isLocalOrigin(origin) || allows(cors, origin)) return null;
  return foreignOrigin(origin, corsAdvice);
}

const corsAdvice = 'Allow it in local.settings.json: {"Host":{"CORS":"<origin>"}}.';

/** Of a URL; empty when there is none. */
function originOf(url: string | undefined): string {
  return url !== undefined && URL.canParse(url) ? new URL(url).origin : '';
}

function foreignOrigin(origin: string, advice: string): Reply {
  return plainText(403, `Requests from ${origin.slice(0, 200)} are not answered. ${advice}\n`);
}

function isOwnOrigin(request: IncomingRequest, origin: string): boolean {
  return origin.toLowerCase() === request.origin.toLowerCase();
}

function isLocalOrigin(origin: string): boolean {
  const scheme = /^https?:\/\//i.exec(origin);
  return scheme !== null && isLoopbackHost(origin.slice(scheme[0].length));
}

function allows(cors: CorsSettings | undefined, origin: string): boolean {
  return (
    cors?.allowedOrigins.some((each) => each === '*' || each.toLowerCase().replace(/\/$/, '') === origin.toLowerCase()) ?? false
  );
}

/** The headers that let the page read the reply; none without an Origin that Host.CORS allows. */
export function corsHeaders(request: IncomingRequest, cors: CorsSettings | undefined): readonly (readonly [string, string])[] {
  const origin = request.header('origin');
  if (origin === undefined || cors === undefined || !allows(cors, origin)) return [];
  const anyone = cors.allowedOrigins.includes('*') && !cors.supportCredentials;
  return [
    ['Access-Control-Allow-Origin', anyone ? '*' : origin],
    ...(anyone ? [] : ([['Vary', 'Origin']] as const)),
    ...(cors.supportCredentials ? ([['Access-Control-Allow-Credentials', 'true']] as const) : []),
  ];
}

/** The answer to a preflight of an allowed origin; null when the request is none. */
export function preflightReply(request: IncomingRequest, cors: CorsSettings | undefined): Reply | null {
  const method = request.header('access-control-request-method');
  if (request.method !== 'OPTIONS' || method === undefined) return null;
  const allowed = corsHeaders(request, cors);
  if (allowed.length === 0) return null;
  const wanted = request.header('access-control-request-headers');
  return {
    status: 204,
    body: null,
    headers: [
      ...allowed,
      ['Access-Control-Allow-Methods', method],
      ...(wanted === undefined ? [] : ([['Access-Control-Allow-Headers', wanted]] as const)),
    ],
  };
}

/** S3. The key stands in `code=` or in the header `x-functions-key`; a refusal, or null. */
export function refuseWithoutKey(request: IncomingRequest, keys: readonly string[]): Reply | null {
  const given = request.header('x-functions-key') ?? parseQuery(request.target.query).get('code');
  if (given !== undefined && keys.some((key) => sameText(given, key))) return null;
  return json(401, {
    Message:
      `${given === undefined ? 'The system key is missing' : 'The system key is not the one of this emulator'}: what changes something needs it as the query parameter 'code' or as the header 'x-functions-key'. ` +
      "The management URLs that the emulator prints when it starts carry it, and it stands in the file 'system-key' of the data folder.",
  });
}

/** Takes the same time wherever the texts differ; their lengths are no secret. */
export function sameText(given: string, expected: string): boolean {
  const a = Buffer.from(given);
  const b = Buffer.from(expected);
  return a.length === b.length && timingSafeEqual(a, b);
}
