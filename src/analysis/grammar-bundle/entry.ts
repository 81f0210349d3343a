/** Entry of dist/grammars.js, which is loaded when the first text in C# or PowerShell is looked at: the grammars are large. */
export { csharpCalls } from '../calls/csharp-functions-called';
export { powerShellCalls } from '../calls/powershell-calls';
export { checkCSharp } from '../grammars/check-csharp';
export { checkPowerShell } from '../grammars/check-powershell';
export { firstMistake } from '../grammars/first-mistake';
export { powerShellOrchestrator } from '../grammars/powershell-functions';
export { SyntaxTrees } from '../grammars/syntax-trees';
export { csharpWaits } from '../waits/csharp-waits';
export { powerShellWaits } from '../waits/powershell-waits';
export { waitPlaces } from '../waits/wait-places';
