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
const resultStart = 'Result: Failure\nException: ';
const stackStart = '\nStack: ';

export function serialisedException(message: string, stack: string): string {
  return JSON.stringify({
    $type: 'System.Exception, System.Private.CoreLib',
    ClassName: 'System.Exception',
    // The host cuts it out after `Exception:`, with the blank.
    Message: ` ${message}`,
    Data: null,
    InnerException: {
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
    },
    HelpURL: null,
    StackTraceString: null,
    RemoteStackTraceString: null,
    RemoteStackIndex: 0,
    ExceptionMethod: null,
    HResult: hresult,
    Source: null,
    WatsonBuckets: null,
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

/** A text with every exception in it told as message and stack, for people: never the JSON. Texts without one are given back as they are. */
export function readableFailure(text: string): string {
  const at = text.indexOf('{"$type":"System.');
  if (at < 0) return text;
  const thrown = thrownIn(text.slice(at));
  if (thrown === null) return text;
  const head = text.slice(0, at).trimEnd();
  const told = thrown.stack === '' ? thrown.message : thrown.stack;
  return head === '' ? told : `${head}\n${told}`;
}
