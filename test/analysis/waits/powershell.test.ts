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
    traces: {
      'SayHello("Tokyo") | =0 SayHello("Seattle") | =1 Tidy | =2 end': 'a b c -',
      'SayHello("Tokyo") | =0 SayHello("Seattle")': 'a b',
      Other: '-',
    },
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
    title: 'is that of each round of ForEach-Object, and of the wait for what its rounds began',
    code: `
      $Context.Input | ForEach-Object {
        if ($_ -eq 'x') { return }
        Invoke-DurableActivity -FunctionName 'A' -Input $_ #a
        Start-DurableTimer -Duration $short #b
      }
      $tasks = 1..3 | ForEach-Object { Invoke-DurableActivity -FunctionName 'B' -NoWait }
      Wait-DurableTask -Task $tasks #c
      $more = $tasks | % { Invoke-DurableActivity -FunctionName 'C' } #d
      $more | ForEach-Object { Write-Host $_ }
      Invoke-DurableActivity -FunctionName 'D' #e`,
    traces: {
      'A | =0 timer | =1 A | =2 timer | =3 B B | =4 | =5 C | =6 D': 'a b a b c c d e',
      'A | =0 timer | =1 B | =2 D | =3 end': 'a b c e -',
    },
  },
  {
    title: 'is none in blocks of ForEach-Object that end what is around them, or run in turns with another',
    code: `
      Invoke-DurableActivity -FunctionName 'A' #a
      foreach ($x in 1..3) { 1..3 | ForEach-Object { Invoke-DurableActivity -FunctionName 'B'; break } } #b
      Invoke-DurableActivity -FunctionName 'C' #c`,
    traces: { 'A | =0 B | =1 C': 'a b -' },
  },
  {
    title: 'is none where two stages of a pipeline ask in turns',
    code: `
      Invoke-DurableActivity -FunctionName 'A' #a
      1..3 | ForEach-Object { Invoke-DurableActivity -FunctionName 'B' } | ForEach-Object { Invoke-DurableActivity -FunctionName 'C' }`,
    traces: { 'A | =0 B | =1 C': 'a - -' },
  },
  {
    title: 'goes one way of switch and if, also where their value is kept',
    code: `
      switch ($Context.Input.kind) {
        'letter' { Invoke-DurableActivity -FunctionName 'A' } #a
        'parcel' {
          Invoke-DurableActivity -FunctionName 'B' #b
          break
        }
        default { Invoke-DurableActivity -FunctionName 'C' } #c
      }
      $price = if ($x) { Invoke-DurableActivity -FunctionName 'Cheap' } else { Invoke-DurableActivity -FunctionName 'Dear' } #d
      $who = switch -Regex ($y) {
        '^a' { Invoke-DurableActivity -FunctionName 'Low' } #e
        '^b' { Invoke-DurableActivity -FunctionName 'High' } #g
      }
      Invoke-DurableActivity -FunctionName 'Tidy' #f`,
    traces: {
      'A | =0 Cheap | =1 Low | =2 Tidy | =3 end': 'a d e f -',
      'B | =0 Dear | =1 Tidy': 'b d f',
      'C | =0 Dear | =1 High | =2 Tidy': 'c d g f',
      'A | =0 B | =1 Cheap': 'a b d',
      'A | =0 A | =1 Tidy': '- - -',
    },
  },
  {
    title: 'is none between two ways that ask for the same, unless what follows tells them apart',
    code: `
      if ($x) {
        Invoke-DurableActivity -FunctionName 'A' #a
        Invoke-DurableActivity -FunctionName 'Yes' #b
      } else {
        Invoke-DurableActivity -FunctionName 'A' #c
        Invoke-DurableActivity -FunctionName 'No' #d
      }`,
    traces: { A: '-', 'A | =0 Yes': 'a b', 'A | =0 No': 'c d' },
  },
  {
    title: 'tells two calls apart by texts that are written out',
    code: `
      if ($x) { Invoke-DurableActivity -FunctionName 'A' -Input 'Tokyo' } #a
      else { Invoke-DurableActivity -FunctionName 'A' -Input "Cairo" } #b
      if ($x) { Invoke-DurableActivity -FunctionName 'A' -Input "$city" } #c
      else { Invoke-DurableActivity -FunctionName 'A' -Input 'Lima' } #d`,
    traces: { 'A("Tokyo") | =0 A("Lima")': 'a -', 'A("Cairo") | =0 A("Oslo")': 'b c' },
  },
  {
    title: 'is none after a chain that may have ended, or an operator that the grammar does not know',
    code: `
      Invoke-DurableActivity -FunctionName 'A' #a
      Test-Path x && Invoke-DurableActivity -FunctionName 'B' || Write-Host no #b
      Invoke-DurableActivity -FunctionName 'B' #c`,
    traces: { 'A | =0 B | =1 end': 'a - -', 'A | =0 B | =1 B': 'a b c' },
  },
  ...['$y = $x ? (Invoke-DurableActivity A) : (Invoke-DurableActivity A)', '$y = $x ?? (Invoke-DurableActivity A)'].map(
    (line) => ({
      title: `is none beside ${line.replace(/\(.*/, '...')}`,
      code: `
      Invoke-DurableActivity A #a
      ${line}
      Invoke-DurableActivity A #c`,
      traces: { 'A | =0 A': 'no graph' },
    }),
  ),
  {
    title: 'is none where a trap says how it goes on',
    code: `
      trap { continue }
      Invoke-DurableActivity A #a`,
    traces: { A: 'no graph' },
  },
  {
    title: 'is that inside a function of the script, with the line that called it',
    code: `
      function Get-Hello([string]$city) {
        Write-Host $city
        return Invoke-DurableActivity -FunctionName 'SayHello' -Input $city #a
      }
      function Start-Hello {
        param($city)
        Invoke-DurableActivity -FunctionName 'SayHello' -Input $city -NoWait
      }
      function Get-Both { Get-Hello 'x'; Get-Hello 'y' } #b
      $one = Get-Hello 'Tokyo' #c
      Get-Both #d
      $tasks = foreach ($city in $Context.Input) { Start-Hello $city }
      Wait-DurableTask -Task $tasks #e
      $late = Start-Hello 'Lima'
      Wait-DurableTask -Task $late #f
      Invoke-DurableActivity -FunctionName 'Tidy' #g`,
    traces: {
      'SayHello | =0 SayHello | =1 SayHello | =2 SayHello SayHello | =3 =4 SayHello | =5 Tidy': 'a<c a<b<d a<b<d e f g',
    },
  },
  {
    title: 'is none in functions that call themselves, take a pipeline, are written twice, or change what others wait for',
    code: `
      function Again($n) { Invoke-DurableActivity -FunctionName 'A'; if ($n) { Again ($n - 1) } } #a
      Again 3 #b
      Invoke-DurableActivity -FunctionName 'Z' #z`,
    traces: { 'A | =0 A | =1 Z': 'a<b - -' },
  },
  ...[
    "filter Each-One { Invoke-DurableActivity -FunctionName 'A' -Input $_ }\n1..3 | Each-One",
    "function Each-One { process { Invoke-DurableActivity -FunctionName 'A' -Input $_ } }\n1..3 | Each-One",
    'function Two { Invoke-DurableActivity A }\nfunction Two { Invoke-DurableActivity A }\nTwo',
    'function More { $script:tasks += Invoke-DurableActivity A -NoWait }\nMore',
    'function With($x = (Invoke-DurableActivity A)) { }\nWith',
    'Later\nfunction Later { Invoke-DurableActivity A }',
  ].map((code) => ({
    title: `is none after ${code.split('\n')[0] ?? ''}`,
    code: `${code}\nInvoke-DurableActivity A #z`,
    traces: { A: '-' },
  })),
  {
    title: 'minds the variables of a function for its own',
    code: `
      function Wait-Them($tasks) { Wait-DurableTask -Task $tasks } #a
      function Wait-Other { $other = Start-DurableTimer -Duration $d -NoWait; Wait-DurableTask -Task $other } #b
      $tasks = Invoke-DurableActivity A -NoWait
      $event = Start-DurableExternalEventListener -EventName 'Go' -NoWait
      Wait-Them $event #c
      Wait-Other #d
      Wait-DurableTask -Task $tasks #e`,
    traces: { 'A | =0 | *Go timer | =1 end': 'a<c a<c b<d -', 'A | *Go timer | =1 | =0 end': 'a<c b<d e -' },
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
