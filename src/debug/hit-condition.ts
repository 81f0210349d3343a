/**
 * How often a breakpoint must have been reached before it stops: `3` and `= 3` the third time, `>= 3`, `> 3`, `< 3`, `<= 3`, `% 3` every
 * third time. Null when the text is none of these.
 */
export function parseHitCondition(text: string): ((hits: number) => boolean) | null {
  const match = /^\s*(>=|<=|>|<|={1,3}|%)?\s*(\d+)\s*$/.exec(text);
  if (match === null) return null;
  const count = Number(match[2]);
  switch (match[1]) {
    case '>=':
      return (hits) => hits >= count;
    case '<=':
      return (hits) => hits <= count;
    case '>':
      return (hits) => hits > count;
    case '<':
      return (hits) => hits < count;
    case '%':
      return count === 0 ? null : (hits) => hits % count === 0;
    default:
      return (hits) => hits === count;
  }
}
