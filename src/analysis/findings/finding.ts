import type * as t from '@babel/types';
import type { DeterminismCause } from '../../core/history/divergence';

/** A stretch of a file's text. Offsets count UTF-16 units from 0; lines count from 1, columns (in UTF-16 units) from 1. */
export interface TextSpan {
  start: number;
  end: number;
  startLine1: number;
  startColumn1: number;
  endLine1: number;
  endColumn1: number;
}

export interface RelatedPlace {
  file: string;
  span: TextSpan;
  message: string;
}

export interface TextEdit {
  /** Offsets as in `TextSpan`; what lies between them gives way to `text`. */
  start: number;
  end: number;
  text: string;
}

export interface Fix {
  title: string;
  /** In the finding's file; they do not overlap. */
  edits: readonly TextEdit[];
}

/** One place in the text of an app that keeps an orchestrator from replaying its history. */
export interface Finding {
  cause: DeterminismCause;
  /** What stands there, why it is wrong, what to do instead. */
  message: string;
  file: string;
  span: TextSpan;
  /** The names of the orchestrators that come here, as far as they are known. */
  orchestrators: readonly string[];
  /** How the orchestrator comes here, innermost call first; empty when the place is in its own code. */
  related: readonly RelatedPlace[];
  /** The first is the best. Without those that are only about silencing. */
  fixes: readonly Fix[];
}

export function spanOf(node: t.Node): TextSpan {
  const { start, end, loc } = node;
  return {
    start: start ?? 0,
    end: end ?? 0,
    startLine1: loc?.start.line ?? 1,
    startColumn1: (loc?.start.column ?? 0) + 1,
    endLine1: loc?.end.line ?? 1,
    endColumn1: (loc?.end.column ?? 0) + 1,
  };
}
