/** A request to one of the app's HTTP functions, put together by hand and said in the words of other tools. */
import { isJson } from '../../base/is-json';
import type { FunctionDescriptor } from '../../core/ports/function-worker';

export interface HttpRequest {
  method: string;
  url: string;
  /** Null: none. */
  body: string | null;
}

/** Parameters of a route template: `orders/{id:int}/{*rest}` has `id` and `rest`. */
export interface RouteParameter {
  name: string;
  isOptional: boolean;
}

const parameter = /\{\*{0,2}([A-Za-z_]\w*)((?::[^{}]*)?(?:=[^{}?]*)?)(\?)?\}/g;

export function routeParameters(url: string): RouteParameter[] {
  return [...url.matchAll(parameter)].map(([, name = '', rest = '', mark]) => ({
    name,
    isOptional: mark !== undefined || rest.includes('='),
  }));
}

/** The address with the values in it, encoded; what has none is left out with its slash. */
export function filledRoute(url: string, values: Readonly<Record<string, string>>): string {
  const filled = url.replaceAll(parameter, (whole, name: string) => {
    const value = values[name] ?? '';
    // A catch-all keeps its slashes.
    return whole.startsWith('{*') ? value.split('/').map(encodeURIComponent).join('/') : encodeURIComponent(value);
  });
  const [, origin = '', path = ''] = /^(\w+:\/\/[^/]*)(.*)$/.exec(filled) ?? [];
  return `${origin}${path.replaceAll(/\/{2,}/g, '/').replace(/\/$/, '')}`;
}

/** Methods to choose from: those of the function, or all that are usual. */
export function methodsOf({ methods }: Pick<FunctionDescriptor, 'methods'>): readonly string[] {
  return methods === undefined || methods.length === 0 ? ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] : methods;
}

export function takesBody(method: string): boolean {
  return !['GET', 'HEAD', 'OPTIONS'].includes(method.toUpperCase());
}

export function contentType(body: string): string {
  return isJson(body) ? 'application/json' : 'text/plain';
}

/** A command line for a shell of Linux or macOS. */
export function curlText({ method, url, body }: HttpRequest): string {
  const parts = ['curl', '-i', ...(method === 'GET' ? [] : ['-X', method]), quoted(url)];
  if (body !== null) parts.push('-H', quoted(`Content-Type: ${contentType(body)}`), '--data-raw', quoted(body));
  return parts.join(' ');
}

/** A file for the REST clients of editors. */
export function httpFileText({ method, url, body }: HttpRequest): string {
  const head = `### ${method} ${new URL(url).pathname}\n${method} ${url}\n`;
  return body === null ? head : `${head}Content-Type: ${contentType(body)}\n\n${body}\n`;
}

/** The instance that a durable client's answer (createCheckStatusResponse) speaks of; null where the answer is another. */
export function startedInstance(answer: string): string | null {
  if (!isJson(answer)) return null;
  const value = JSON.parse(answer) as {
    id?: unknown;
    Id?: unknown;
    statusQueryGetUri?: unknown;
    StatusQueryGetUri?: unknown;
  } | null;
  const id = value?.id ?? value?.Id;
  const isStatus = typeof (value?.statusQueryGetUri ?? value?.StatusQueryGetUri) === 'string';
  return typeof id === 'string' && isStatus ? id : null;
}

/** As a document: the line of the status, the headers, the body. */
export function answerText(status: number, statusText: string, headers: Iterable<[string, string]>, body: string): string {
  const lines = [...headers].map(([name, value]) => `${name}: ${value}`);
  return [`HTTP/1.1 ${status}${statusText === '' ? '' : ` ${statusText}`}`, ...lines, '', body].join('\n');
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
