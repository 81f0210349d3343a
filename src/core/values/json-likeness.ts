/** Whether two payloads say the same: JSON text or null, else text as it is. */

const idPattern = /^[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}$/i;
const idsInText = /\b[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}\b/gi;
const timesInText = /\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?/g;
/** Shorter ids of instances are replaced only where they are the whole text. */
const shortestIdWithin = 8;

/** Equal as values: white space and the order of members do not count. */
export function isSameJson(a: string | null, b: string | null): boolean {
  if (a === b) return true;
  if (a === null || b === null) return false;
  const one = parsed(a);
  const two = parsed(b);
  return one !== undefined && two !== undefined && isSameValue(one.value, two.value);
}

/** The payload with stand-ins for what differs from run to run: GUIDs, times, and `instanceId`, the one that it belongs to. */
export function withoutIdsAndTimes(payload: string | null, instanceId: string): string | null {
  if (payload === null) return null;
  const json = parsed(payload);
  const bare = (text: string): string => {
    if (text === instanceId || idPattern.test(text)) return '(id)';
    const ownGone = instanceId.length < shortestIdWithin ? text : text.replaceAll(instanceId, '(id)');
    return ownGone.replace(idsInText, '(id)').replace(timesInText, '(time)');
  };
  if (json === undefined) return bare(payload);
  return JSON.stringify(json.value, (_key, value: unknown) => (typeof value === 'string' ? bare(value) : value));
}

function parsed(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    // Plain text is compared as text.
    return undefined;
  }
}

function isSameValue(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every(
    (key) => Object.hasOwn(b, key) && isSameValue((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]),
  );
}
