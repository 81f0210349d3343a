/** In place of tables of code pages: the server is asked for Unicode only (statements.ts, Q2). */
function leftOut(): never {
  throw new Error('A text came in a code page: only Unicode is asked for.');
}
export { leftOut as decode, leftOut as encode };
export function encodingExists(): boolean {
  return false;
}
export default { decode: leftOut, encode: leftOut, encodingExists };
