/** Entry of dist/analysis.js, which is loaded when the first orchestrator is looked at: the parser is large. */
export { DeterminismAnalyzer, merge } from '../analysis/determinism-analyzer';
export { JavaScriptCalls } from '../analysis/calls/javascript-calls';
export { functionsInText } from '../analysis/functions-in-text';
export { likelyCause } from '../analysis/likely-cause';
export { resolutionCandidates } from '../analysis/module-graph';
export { yieldsInText } from '../analysis/yields-in-text';
