/** Takes out of a value what differs from run to run, as the recordings have it (test/goldens/README.md). */

const hubName = 'GoldenHub';
const longestText = 2_000;
const shownOfLong = 40;

const patterns: readonly [pattern: RegExp, instead: string][] = [
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?/g, 'TIME'],
  [/(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT/g, 'HTTPDATE'],
  [/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi, 'GUID'],
  [/\b[0-9a-f]{32}\b/g, 'GUID'],
  [/http:\/\/(127\.0\.0\.1|localhost):\d+/g, 'http://HOST'],
  [/([?&]code=)[^&"\s\\]+/g, '$1KEY'],
  [new RegExp(hubName, 'g'), 'HUB'],
  [/\{(\\*)"\$type\\*":\\*"[\w.]*Exception, [\s\S]*$/, '(serialised exception)'],
  [/(NonDeterministicOrchestrationException: [^\n]*)\n {3}at DurableTask\.Core\.[\s\S]*$/, '$1'],
  [/((\\*)"StackTrace\2":\2")[^"]*?(\2")/g, '$1(stack)$3'],
  [/(\nStack: )\w*Error: [\s\S]*$/, '$1(stack)'],
  [/(StackTrace: )[\s\S]*$/, '$1(stack)'],
];

/** Any JSON value, normalised in its depth. */
export function normalised<T>(value: T): T {
  return valueOf(value) as T;
}

function valueOf(value: unknown): unknown {
  if (typeof value === 'string') return textOf(value);
  if (Array.isArray(value)) return value.map(valueOf);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      name,
      name === 'StackTrace' && typeof item === 'string' ? '(stack)' : valueOf(item),
    ]),
  );
}

/** The real engine names the known functions in an order of its own, another one in each process. */
export function inOrder(text: string): string {
  return text.replace(/(the known \w+ functions: )('[^']*'(?:, '[^']*')*)/g, (_all, before: string, names: string) => {
    return `${before}${names.split(', ').sort().join(', ')}`;
  });
}

function textOf(text: string): string {
  const short = patterns.reduce((result, [pattern, instead]) => result.replace(pattern, instead), text);
  return short.length > longestText ? `${short.slice(0, shownOfLong)}… (${short.length} characters)` : short;
}
