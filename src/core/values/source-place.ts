/** A position in a file that a user edits: where source maps lead back to it, the original, never the built file. */
export interface SourcePlace {
  /** Absolute path. */
  file: string;
  /** From 1. */
  line: number;
  /** From 1. */
  column: number;
}
