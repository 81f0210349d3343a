/**
 * In the bundle, in the place of libraries that the SDK of the Model Context Protocol reads for what a server of tools does not do: checking
 * answers to forms of its own, and schemas of zod 3.
 */
function leftOut(): never {
  throw new Error('The tools are described with zod 4, and nothing else is asked of the client.');
}
export { leftOut as object, leftOut as zodToJsonSchema };

/** Made, and called, by whoever prepares to check something. */
export default function prepared(): void {
  // Nothing is ever checked.
}
