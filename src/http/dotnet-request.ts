/** What .NET's HTTP client, and the extension before it, say of a request that they do not send; and how they write a URL. */
import type { DurableHttpRequest } from '../core/dialects/durable-http';

export interface ClientFailure {
  type: string;
  reason: string;
  /** Of its stack, without those that every one has. */
  frames: readonly string[];
}

/** .NET keeps these apart from the headers of the message. */
export const contentHeaders: ReadonlySet<string> = new Set([
  'content-type',
  'content-length',
  'content-encoding',
  'content-language',
  'content-disposition',
  'content-range',
  'content-md5',
  'content-location',
  'last-modified',
  'expires',
  'allow',
]);

const token = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+";
const isToken = new RegExp(`^${token}$`);
const isMediaType = new RegExp(`^${token}/${token}$`);
const isDate = (value: string): boolean => !Number.isNaN(Date.parse(value));

/** Headers whose values .NET reads: those that people send, with what is surely wrong. */
const readable: Readonly<Record<string, (value: string) => boolean>> = {
  accept: (value) => value.split(',').every((each) => isMediaType.test((each.split(';')[0] ?? '').trim())),
  date: isDate,
  'if-modified-since': isDate,
  'if-unmodified-since': isDate,
  'max-forwards': (value) => /^\d+$/.test(value.trim()),
  range: (value) => value.includes('='),
};

const headers = 'System.Net.Http.Headers';
const ofName = [
  `${headers}.HttpHeaders.GetHeaderDescriptor(String name)`,
  `${headers}.HttpHeaders.Add(String name, IEnumerable\`1 values)`,
];
const ofValue = [
  `${headers}.HttpHeaders.Add(HeaderDescriptor descriptor, String value)`,
  `${headers}.HttpHeaders.Add(HeaderDescriptor descriptor, IEnumerable\`1 values)`,
];
const made =
  'Microsoft.Azure.WebJobs.Extensions.DurableTask.TaskHttpActivityShim.ConvertToHttpRequestMessage(DurableHttpRequest durableHttpRequest)';
const wrong = (type: string, reason: string, frames: readonly string[]): ClientFailure => ({
  type,
  reason,
  frames: [...frames, made],
});
const ill = (reason: string, frames: readonly string[]): ClientFailure => wrong('System.FormatException', reason, frames);

/** Recorded: `x-http-headers`, `x-http-misused`, `x-http-typed`, `x-http-types`. Null: it can be sent. */
export function requestProblem({ uri, headers: given = {}, content }: DurableHttpRequest): ClientFailure | null {
  let contentType = '';
  for (const [name, value] of Object.entries(given)) {
    const values = typeof value === 'string' ? [value] : value;
    if (name.toLowerCase() === 'content-type') contentType = values.at(-1) ?? '';
    const problem = headerProblem(name, values);
    if (problem !== null) return problem;
  }
  if (content !== undefined && contentType !== '' && contentType.toLowerCase() !== formType && !isMediaType.test(contentType)) {
    return ill(`The format of value '${contentType}' is invalid.`, [
      `${headers}.MediaTypeHeaderValue.CheckMediaTypeFormat(String mediaType, String parameterName)`,
      `${headers}.MediaTypeHeaderValue..ctor(String mediaType)`,
    ]);
  }
  return urlProblem(uri);
}

/** Sent with a charset, which no other type may have. */
export const formType = 'application/x-www-form-urlencoded';

function headerProblem(name: string, values: readonly string[]): ClientFailure | null {
  const key = name.toLowerCase();
  if (key === 'content-type') {
    if (!values.some((value) => value.includes('multipart'))) return null;
    return wrong(
      'Microsoft.Azure.WebJobs.Extensions.DurableTask.FunctionFailedException',
      'Multipart content is not supported with CallHttpAsync.',
      [],
    );
  }
  if (name === '') {
    return wrong('System.ArgumentException', "The value cannot be an empty string. (Parameter 'name')", [
      'System.ArgumentException.ThrowNullOrEmptyException(String argument, String paramName)',
      'System.ArgumentException.ThrowIfNullOrEmpty(String argument, String paramName)',
      ...ofName,
    ]);
  }
  if (!isToken.test(name)) return ill(`The header name '${name}' has an invalid format.`, ofName);
  if (contentHeaders.has(key)) {
    const reason = `Misused header name, '${name}'. Make sure request headers are used with HttpRequestMessage, response headers with HttpResponseMessage, and content headers with HttpContent objects.`;
    return wrong('System.InvalidOperationException', reason, ofName);
  }
  for (const value of values) {
    if (/[\r\n\0]/.test(value)) {
      const frame = `${headers}.HttpHeaders.CheckContainsNewLineOrNull(String value)`;
      return ill('New-line or NUL characters are not allowed in header values.', [frame, ...ofValue]);
    }
    if (readable[key]?.(value) === false) {
      return ill(`The format of value '${value}' is invalid.`, [
        `${headers}.HttpHeaderParser.ParseValue(String value, Object storeValue, Int32& index)`,
        `${headers}.HttpHeaders.ParseAndAddValue(HeaderDescriptor descriptor, HeaderStoreItemInfo info, String value)`,
        ...ofValue,
      ]);
    }
  }
  return null;
}

function urlProblem(uri: string): ClientFailure | null {
  const url = URL.canParse(uri) ? new URL(uri) : null;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return null;
  const frames = [
    'System.Net.Http.HttpClient.PrepareRequestMessage(HttpRequestMessage request)',
    'System.Net.Http.HttpClient.SendAsync(HttpRequestMessage request, HttpCompletionOption completionOption, CancellationToken cancellationToken)',
  ];
  if (url !== null)
    return {
      type: 'System.NotSupportedException',
      reason: `The '${url.protocol.slice(0, -1)}' scheme is not supported.`,
      frames,
    };
  const reason =
    'An invalid request URI was provided. Either the request URI must be an absolute URI or BaseAddress must be set.';
  return { type: 'System.InvalidOperationException', reason, frames };
}

/** Escaped as .NET does it: what need not be is not, what must be is, in capitals. */
export function dotnetUrl(text: string): URL {
  const url = new URL(text);
  const escaped = (part: string): string =>
    part
      .replaceAll(/%(?![0-9a-f]{2})/gi, '%25')
      .replaceAll(/%[0-9a-f]{2}/gi, (each) => {
        const char = String.fromCharCode(parseInt(each.slice(1), 16));
        return /[0-9A-Za-z\-._~]/.test(char) ? char : each.toUpperCase();
      })
      .replaceAll(/[{}|^`\\]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
  url.pathname = escaped(url.pathname);
  url.search = escaped(url.search);
  return url;
}
