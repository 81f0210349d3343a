/** The line at which an orchestrator in PowerShell waits: that one, or none. */
import assert from 'node:assert/strict';
import { powerShellWaits } from '../../../src/analysis/waits/powershell-waits';
import { treesOf } from '../grammars/load-trees';
import { marks } from './trace';

/** Each trace with the marks of the lines, `-` for none; see `trace`. */
const cases: readonly { title: string; code: string; traces: Record<string, string> }[] = [
  {
    title: 'is that of each command in turn',
    code: `
      $output = @()
      $output += Invoke-DurableActivity -FunctionName 'SayHello' -Input 'Tokyo' #a
      Set-DurableCustomStatus -CustomStatus 'Tokyo'
      $output += Invoke-DurableActivity -FunctionName "SayHello" -Input 'Seattle' #b
      Invoke-DurableActivity Tidy | Out-Null #c
      $output`,
    traces: { 'SayHello | =0 SayHello | =1 Tidy | =2 end': 'a b c -', 'SayHello | =0 SayHello': 'a b', Other: '-' },
  },
  {
    title: 'goes round loops and past branches, also after a failure that is only written down',
    code: `
      foreach ($city in $Context.Input) {
        Invoke-DurableActivity -FunctionName 'A' -Input $city #a
        if ($city -eq 'x') { Start-DurableTimer -Duration (New-TimeSpan -Hours 1) } #b
      }
      Invoke-DurableActivity -FunctionName 'B' #c`,
    traces: { 'A | =0 A | =1 timer | =2 A | !3 B | =4 end': 'a a b a c -' },
  },
  {
    title: 'is that of the wait for what was begun before',
    code: `
      $tasks = foreach ($each in 1..3) { Invoke-DurableActivity -FunctionName 'A' -Input $each -NoWait }
      $all = Wait-DurableTask -Task $tasks #a
      $late = Start-DurableTimer -Duration (New-TimeSpan -Hours 1) -NoWait
      $go = Start-DurableExternalEventListener -EventName 'Go' -NoWait
      $first = Wait-DurableTask -Task @($go, $late) -Any #b
      if ($first -eq $go) { Stop-DurableTimerTask -Task $late; Invoke-DurableActivity -FunctionName 'Yes' } #c
      else { Invoke-DurableActivity -FunctionName 'No' } #d`,
    traces: {
      'A A A | =0 | =2 | =1 timer | *Go Yes | =4 end': 'a a a b c -',
      'A A A | =0 =1 =2 timer | =3 No': 'a b d',
    },
  },
  {
    title: 'follows try and catch',
    code: `
      $ErrorActionPreference = 'Stop'
      try {
        Invoke-DurableActivity -FunctionName 'A' #a
        Invoke-DurableActivity -FunctionName 'B' #b
      } catch { Invoke-DurableActivity -FunctionName 'Undo' } #c
      Start-DurableExternalEventListener -EventName 'End' #d`,
    traces: { 'A | !0 Undo | =1 | *End end': 'a c d -', 'A | =0 B | !1 Undo': 'a b c' },
  },
  {
    title: 'is none after a command that nobody here knows, in blocks, and in functions of the script',
    code: `
      Invoke-DurableActivity -FunctionName 'A' #a
      Invoke-OwnThing
      Invoke-DurableActivity -FunctionName 'A' #b`,
    traces: { 'A | =0 A': 'a -' },
  },
  {
    title: 'is none where the text is not understood',
    code: `
      Invoke-DurableActivity -FunctionName 'A' #a
      if ($x {`,
    traces: { A: 'no graph' },
  },
  {
    title: 'is none inside ForEach-Object',
    code: `
      Invoke-DurableActivity -FunctionName 'A' #a
      1..3 | ForEach-Object { Invoke-DurableActivity -FunctionName 'A' }`,
    traces: { 'A | =0 A | =1 A': 'a - -' },
  },
];

describe('the line at which an orchestrator in PowerShell waits', () => {
  for (const { title, code, traces } of cases) {
    it(title, async () => {
      const graph = powerShellWaits(await treesOf('powershell'), 'A.cs', `param($Context)\n${code}`, 'O');
      const marked = `param($Context)\n${code}`.replaceAll(/#(\w)$/gm, '//$1');
      for (const [text, expected] of Object.entries(traces)) assert.equal(marks(graph, marked, text), expected, text);
    });
  }
});
