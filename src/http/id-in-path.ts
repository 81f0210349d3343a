/**
 * Instance ids as one segment of a path. Orchestrators may choose `.` and `..`, which no client can send as a segment, escaped or not: those,
 * and what they are written as, begin with one `~` more than they have.
 */
export function idToSegment(instanceId: string): string {
  return encodeURIComponent(/^~*\.{1,2}$/.test(instanceId) ? `~${instanceId}` : instanceId);
}

/** `value`: of the segment, decoded. */
export function idFromSegment(value: string): string {
  return /^~+\.{1,2}$/.test(value) ? value.slice(1) : value;
}
