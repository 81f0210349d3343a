/** `now`, `12 s`, `5 m`, `3 h`, `2 d`. */
export function shortAge(thenMs: number, nowMs: number): string {
  const seconds = Math.max(0, Math.floor((nowMs - thenMs) / 1000));
  if (seconds < 1) return 'now';
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} m`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}

/** `just now`, `12 s ago`, `5 m ago`, `3 h ago`, `2 d ago`. */
export function ageText(thenMs: number, nowMs: number): string {
  const age = shortAge(thenMs, nowMs);
  return age === 'now' ? 'just now' : `${age} ago`;
}
