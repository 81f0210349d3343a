// What differs from run to run is replaced by a word, so that two recordings of the same behaviour are equal.

const longest = 2000;

/** A text without its moments, ids, hosts, exceptions' JSON and stacks; cut where it is long. */
function normaliseText(text, hub) {
  const short = text
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?/g, 'TIME')
    .replace(/(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT/g, 'HTTPDATE')
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi, 'GUID')
    .replace(/\b[0-9a-f]{32}\b/g, 'GUID')
    .replace(/http:\/\/(127\.0\.0\.1|localhost):\d+/g, 'http://HOST')
    .replace(/-[0-9A-F]{8}-(\w+\.json\.gz)/g, '-HASH-$1')
    .replaceAll(hub, 'HUB')
    .replaceAll(`/${hub.toLowerCase()}-`, '/HUB-')
    .replace(/\{(\\*)"\$type\\*":\\*"[\w.]*Exception, [\s\S]*$/, '(serialised exception)')
    .replace(/ in \/_\/[^\n"\\]*?:line \d+/g, '')
    .replace(/(NonDeterministicOrchestrationException: [^\n]*)\n {3}at DurableTask\.Core\.[\s\S]*$/, '$1')
    .replace(/(executing orchestration: System\.ArgumentException: [^\n]*)\n {3}at [\s\S]*$/, '$1')
    .replace(/((\\*)"StackTrace\2":\2")[^"]*?(\2")/g, '$1(stack)$3')
    .replace(/(\nStack: )\w*Error: [\s\S]*$/, '$1(stack)')
    .replace(/(StackTrace: )(?!\(stack\))[\s\S]*$/, '$1(stack)');
  return short.length > longest ? `${short.slice(0, 40)}… (${short.length} characters)` : short;
}

/** Any JSON value, normalised in its depth. Members called StackTrace are `(stack)`. */
export function normalise(value, hub) {
  if (typeof value === 'string') return normaliseText(value, hub);
  if (Array.isArray(value)) return value.map((one) => normalise(one, hub));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [
      name,
      name === 'StackTrace' && typeof one === 'string' ? '(stack)' : normalise(one, hub),
    ]),
  );
}
