/**
 * One request and its reply, free of any server library. Management routes and HTTP triggers speak these words only; they are carried
 * by the Fetch API (tests, embedding) and by node:http directly, because a Request, a Response and their headers and streams for every
 * call cost twice what the whole reply does.
 */
import type { RequestTarget } from './request-target';

export interface IncomingRequest {
  /** As sent; verbs are upper case on the wire. */
  readonly method: string;
  /** What is asked for, read once. */
  readonly target: RequestTarget;
  /** Scheme and authority as the caller sent them: `http://localhost:7071`. */
  readonly origin: string;
  /** `name` in lower case. */
  header(name: string): string | undefined;
  /** Lower-case names; several values of one name joined with a comma. */
  headers(): Record<string, string>;
  /** Rejects with `BodyTooLarge` above `maxBytes`, with `CallerLeft` when the rest does not come. Once. */
  body(maxBytes: number): Promise<Uint8Array>;
  /** Aborts with `CallerLeft` when the caller leaves before the reply is complete. */
  signal(): AbortSignal;
}

export type ReplyBody = string | Uint8Array | ReadableStream<Uint8Array> | null;

export interface Reply {
  status: number;
  headers: readonly (readonly [name: string, value: string])[];
  body: ReplyBody;
}

/** The caller's body is over the limit; the connection must not be used again, since the rest of the body is unread. */
export class BodyTooLarge extends Error {
  constructor(readonly maxBytes: number) {
    super(`The request body is larger than ${maxBytes} bytes.`);
    this.name = 'BodyTooLarge';
  }
}

/** Nobody waits for the reply any more. */
export class CallerLeft extends Error {
  constructor(cause?: unknown) {
    super('The caller closed the connection before the reply was complete.', { cause });
    this.name = 'CallerLeft';
  }
}

const jsonHeaders = [['Content-Type', 'application/json; charset=utf-8']] as const;

/** A bare status: no body. */
export function bare(status: number): Reply {
  return { status, headers: [], body: null };
}

/** `text` is JSON already. */
export function jsonText(status: number, text: string, headers?: readonly (readonly [string, string])[]): Reply {
  return { status, headers: headers === undefined ? jsonHeaders : [...jsonHeaders, ...headers], body: text };
}

export function json(status: number, value: unknown, headers?: readonly (readonly [string, string])[]): Reply {
  return jsonText(status, JSON.stringify(value), headers);
}

export function plainText(status: number, text: string, headers: readonly (readonly [string, string])[] = []): Reply {
  return { status, headers: [['Content-Type', 'text/plain; charset=utf-8'], ...headers], body: text };
}

const utf8 = new TextDecoder('utf-8');

/** UTF-8, a byte order mark taken off, broken sequences replaced. */
export function bodyText(body: Uint8Array): string {
  return utf8.decode(body);
}
