/**
 * The text that the Functions host leaves in `Details` of a failed activity: the .NET exception that wraps the failure of the language
 * worker, as JSON. Code that catches the failure sees it in production, so it sees it here; people are shown what is in it.
 */

export interface ThrownByWorker {
  message: string;
  /** As V8 writes it; empty when nothing had one. */
  stack: string;
}

/** `System.Exception`, the number that .NET gives to exceptions without a code of their own. */
const hresult = -2146233088;
const argumentHresult = -2147024809;
const resultStart = 'Result: Failure\nException: ';
const stackStart = '\nStack: ';

export function serialisedException(message: string, stack: string): string {
  // The host cuts it out after `Exception:`, with the blank.
  return textOfException('System.Exception', ` ${message}`, hresult, {
    $type: 'Microsoft.Azure.WebJobs.Script.Workers.Rpc.RpcException, Microsoft.Azure.WebJobs.Script',
    IsUserException: false,
    RemoteStackTrace: stack,
    RemoteMessage: message,
    RemoteTypeName: null,
    Message: `${resultStart}${message}${stackStart}${stack}`,
    Data: { $type: 'System.Collections.ListDictionaryInternal, System.Private.CoreLib' },
    InnerException: null,
    HelpLink: null,
    Source: 'System.Private.CoreLib',
    HResult: hresult,
    StackTrace: null,
  });
}

/** An exception of the host's own, about an argument. */
export function serialisedArgumentException(message: string): string {
  return textOfException('System.ArgumentException', message, argumentHresult, null, { ParamName: null });
}

/** `more`: members of that type alone. */
function textOfException(type: string, message: string, HResult: number, inner: object | null, more: object = {}): string {
  return JSON.stringify({
    $type: `${type}, System.Private.CoreLib`,
    ClassName: type,
    Message: message,
    Data: null,
    InnerException: inner,
    HelpURL: null,
    StackTraceString: null,
    RemoteStackTraceString: null,
    RemoteStackIndex: 0,
    ExceptionMethod: null,
    HResult,
    Source: null,
    WatsonBuckets: null,
    ...more,
  });
}

/** What the worker threw, out of such a text, ours or that of a real host; null for any other. */
export function thrownIn(text: string): ThrownByWorker | null {
  if (!text.startsWith('{"$type":"System.') && !text.startsWith('{"$type": "System.')) return null;
  try {
    const { Message, InnerException } = JSON.parse(text) as { Message?: unknown; InnerException?: { Message?: unknown } | null };
    const inner = InnerException?.Message;
    if (typeof inner === 'string' && inner.startsWith(resultStart)) {
      const at = inner.indexOf(stackStart);
      if (at < 0) return { message: inner.slice(resultStart.length), stack: '' };
      return { message: inner.slice(resultStart.length, at), stack: inner.slice(at + stackStart.length) };
    }
    return typeof Message === 'string' ? { message: Message.trim(), stack: '' } : null;
  } catch {
    return null;
  }
}

const exceptionStart = /\{"\$type": ?"System\./;

/** The first exception that stands in a text, also where more text follows it, as in the failure of a child of a child; null: none. */
export function firstThrownIn(text: string): ThrownByWorker | null {
  const at = text.search(exceptionStart);
  return at < 0 ? null : thrownIn(text.slice(at, endOfObject(text, at)));
}

/**
 * A text with every exception in it told as message and stack, for people: never the JSON. What is told once is not told again: each level
 * of sub-orchestrations repeats the whole text of the level below. Texts without one are given back as they are.
 */
export function readableFailure(text: string): string {
  const parts: string[] = [];
  const told = new Set<string>();
  let rest = text;
  for (let at = rest.search(exceptionStart); at >= 0; at = rest.search(exceptionStart)) {
    const end = endOfObject(rest, at);
    const thrown = thrownIn(rest.slice(at, end));
    if (thrown === null) break;
    const words = thrown.stack === '' ? thrown.message : thrown.stack;
    parts.push(rest.slice(0, at).trim());
    if (!told.has(words)) parts.push(words);
    told.add(words);
    rest = rest.slice(end);
  }
  if (parts.length === 0) return text;
  return [...parts, rest.trim()].filter((part) => part !== '').join('\n');
}

/** The index after the object that begins at `from`; that of the text's end where it is cut. */
function endOfObject(text: string, from: number): number {
  let depth = 0;
  let isText = false;
  for (let at = from; at < text.length; at++) {
    const letter = text[at];
    if (isText) {
      if (letter === '\\') at++;
      else if (letter === '"') isText = false;
    } else if (letter === '"') isText = true;
    else if (letter === '{') depth++;
    else if (letter === '}' && --depth === 0) return at + 1;
  }
  return text.length;
}
