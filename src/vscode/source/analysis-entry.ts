/** Entry of dist/analysis.js, which is loaded when the first orchestrator is looked at: the parser is large. */
export { DeterminismAnalyzer, merge } from '../../analysis/rules/determinism-analyzer';
export { JavaScriptCalls } from '../../analysis/calls/javascript-calls';
export { functionsInText } from '../../analysis/functions/functions-in-text';
export { likelyCause } from '../../analysis/findings/likely-cause';
export { resolutionCandidates } from '../../analysis/source/module-graph';
export { yieldsInText } from '../../analysis/source/yields-in-text';
