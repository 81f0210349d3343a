/** The activity that makes the requests of `callHttp`, and what helps where it fails. */

export const httpActivityName = 'BuiltIn::HttpActivity';

/** Requests that the extension or .NET's HTTP client does not send, or fails for what it was answered; the first that fits is meant. */
const refusals: readonly { reason: RegExp; details?: string; message: (given: string) => string }[] = [
  {
    reason: /^The format of value '([\s\S]*)' is invalid\.$/,
    details: 'CheckMediaTypeFormat',
    message: (type) =>
      /charset/i.test(type)
        ? `The extension takes the Content-Type of a body without parameters: leave the charset of '${type}' out, the body is sent as UTF-8.`
        : `The extension takes the Content-Type of a body as type/subtype and nothing else, which '${type}' is not.`,
  },
  {
    reason: /^The format of value '([\s\S]*)' is invalid\.$/,
    message: (value) => `.NET reads the values of known headers, and '${value}' is none that its header can have.`,
  },
  {
    reason: /^Misused header name, '([^']*)'/,
    message: (name) =>
      `'${name}' is a header of contents, and of these callHttp takes Content-Type alone: leave it out, or send the request in an activity.`,
  },
  {
    reason: /^The header name '([\s\S]*)' has an invalid format\.$/,
    message: (name) =>
      `'${name}' cannot be the name of a header: it has a character that names have not, a blank or a colon for one.`,
  },
  {
    reason: /^The value cannot be an empty string\. \(Parameter 'name'\)$/,
    message: () => 'A header without a name cannot be sent: leave it out.',
  },
  {
    reason: /^New-line or NUL characters are not allowed in header values\.$/,
    message: () => 'The value of a header ends with its line: take line breaks out, encode what needs them.',
  },
  {
    reason: /^Request headers must contain only ASCII characters\.$/,
    message: () => 'Encode what is not ASCII in the values of headers, with encodeURIComponent for example.',
  },
  {
    reason: /^Multipart content is not supported with CallHttpAsync\.$/,
    message: () => 'callHttp sends text: send multipart content in an activity.',
  },
  {
    reason: /^An invalid request URI was provided\./,
    message: () => 'callHttp needs a whole address, with https:// or http:// and the host: no path alone.',
  },
  {
    reason: /^The '([^']*)' scheme is not supported\.$/,
    message: (scheme) => `callHttp sends to https:// and http:// addresses alone, not to ${scheme}://.`,
  },
  {
    reason: /^Status code (\w+) received, retry requested\.$/,
    message: () =>
      'HttpRetryOptions ask for a retry at this answer. Nobody retries it, in Azure neither: the call fails. Leave them out and look at the status, or give the retry to an activity.',
  },
];

/** What helps against the failure of a `callHttp`, in a sentence or two; null where its text says enough. */
export function httpAdvice(reason: string, details: string | null): string | null {
  for (const refusal of refusals) {
    const match = refusal.reason.exec(reason);
    if (match !== null && (refusal.details === undefined || details?.includes(refusal.details) === true))
      return refusal.message(match[1] ?? '');
  }
  return null;
}
