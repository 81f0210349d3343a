import { createRequire } from 'node:module';
import path from 'node:path';
import type * as analysis from './analysis-entry';

type Analysis = typeof analysis;

let loaded: Analysis | undefined;

/** The part of the extension that reads source text, in a bundle of its own beside this one. */
export function loadAnalysis(): Analysis {
  loaded ??= createRequire(__filename)(path.join(__dirname, 'analysis.js')) as Analysis;
  return loaded;
}
