/** Places in the text of JSON that this program wrote, without spaces: where a value ends is found without making it. */

const quoteMark = 34;
const backslash = 92;
const zero = 48;

/** Behind the closing quote of the string that begins at `at`; -1 when there is none. */
export function stringEnd(text: string, at: number): number {
  if (text.charCodeAt(at) !== quoteMark) return -1;
  for (let end = text.indexOf('"', at + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let before = end - 1;
    while (text.charCodeAt(before) === backslash) before--;
    if ((end - before) % 2 === 1) return end + 1;
  }
  return -1;
}

/** Behind a string, a number or null. -1 for anything else. */
export function plainEnd(text: string, at: number): number {
  const first = text.charCodeAt(at);
  if (first === quoteMark) return stringEnd(text, at);
  if (text.startsWith('null', at)) return at + 4;
  let end = at;
  while (text.charCodeAt(end) >= zero && text.charCodeAt(end) <= zero + 9) end++;
  return end === at ? -1 : end;
}
