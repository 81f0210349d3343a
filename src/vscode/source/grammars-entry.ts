/** Entry of dist/grammars.js, which is loaded when the first text in C# or PowerShell is looked at: the grammars are large. */
export { csharpCalls } from '../../analysis/calls/csharp-functions-called';
export { powerShellCalls } from '../../analysis/calls/powershell-calls';
export { checkCSharp } from '../../analysis/grammars/check-csharp';
export { checkPowerShell } from '../../analysis/grammars/check-powershell';
export { firstMistake } from '../../analysis/grammars/first-mistake';
export { powerShellOrchestrator } from '../../analysis/grammars/powershell-functions';
export { SyntaxTrees } from '../../analysis/grammars/syntax-trees';
export { csharpWaits } from '../../analysis/waits/csharp-waits';
export { powerShellWaits } from '../../analysis/waits/powershell-waits';
export { waitPlaces } from '../../analysis/waits/wait-places';
