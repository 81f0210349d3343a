/** What the code asked for that the engine cannot read: Newtonsoft's sentence, told in the names of the code. */

const requestMembers: Readonly<Record<string, string>> = {
  uri: 'whose url is no text',
  method: 'whose method is no text',
  headers: 'whose headers are no object of texts',
  asynchronousPatternEnabled: 'whose enablePolling is neither true nor false',
};

/** Sentences without a path, all of `callHttp`. */
const pathless: readonly (readonly [text: string, what: string])[] = [
  ["(Parameter 'method')", 'whose method is empty'],
  ['The format of the HTTP method is invalid.', 'whose method has a character that methods have not'],
  ["to type 'System.String'.", 'with a list of values for a header that are not all texts'],
  ["to type 'Newtonsoft.Json.Linq.JObject'.", 'whose tokenSource is no object'],
  ['The token source kind is missing.', 'whose tokenSource is no ManagedIdentityTokenSource'],
];

/** What was asked for wrongly, in a sentence; null for another failure. `output` is that of the failed instance. */
export function unreadableAnswer(output: string): string | null {
  const member = /Path 'actions(?:\[\d+\]|\.compoundActions)*\.([^']+)'\.$/.exec(output)?.[1];
  if (member === undefined) {
    const what = pathless.find(([text]) => output.endsWith(text))?.[1];
    return what === undefined ? null : `callHttp was given a request ${what}.`;
  }
  if (member === 'fireAt') return 'createTimer was given a time that is none: an invalid Date.';
  if (member === 'actionType') return 'callHttp was given a request whose method, or a value of its headers, is an object.';
  const name = /^httpRequest\.(\w+)/.exec(member)?.[1];
  if (name !== undefined) return `callHttp was given a request ${requestMembers[name] ?? `with a wrong ${name}`}.`;
  return `The code gave a value for '${member}' that Newtonsoft.Json takes for something of its own.`;
}
