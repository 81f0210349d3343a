/** A source in TypeScript; what only declares types is none. */
export function isTypeScript(file: string): boolean {
  return /\.(tsx|[cm]?ts)$/i.test(file) && !/\.d\.[cm]?ts$/i.test(file);
}
