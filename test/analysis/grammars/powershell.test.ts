import assert from 'node:assert/strict';
import { checkPowerShell } from '../../../src/analysis/grammars/check-powershell';
import type { Finding } from '../../../src/analysis/findings/finding';
import { powerShellOrchestrator } from '../../../src/analysis/grammars/powershell-functions';
import { treesOf } from './load-trees';

const check = async (text: string): Promise<Finding[]> => checkPowerShell(await treesOf('powershell'), 'run.ps1', text, 'Story');
const told = async (text: string): Promise<string[]> =>
  (await check(text)).map(({ cause, span }) => `${cause}: ${text.slice(span.start, span.end)}`);

describe('determinism of orchestrators in PowerShell', () => {
  const rules: readonly [cause: string, bad: readonly string[], good: readonly string[]][] = [
    [
      'currentTime',
      [
        'Get-Date',
        'get-date -Format o',
        'Microsoft.PowerShell.Utility\\Get-Date',
        '[DateTime]::Now',
        '[System.DateTime]::UtcNow',
        '[datetimeoffset]::UtcNow',
        '[System.Diagnostics.Stopwatch]::StartNew()',
        '[Environment]::TickCount64',
      ],
      [
        "Get-Date -Date '2024-01-01'",
        "Get-Date '2024-01-01'",
        '$Context.CurrentUtcDateTime',
        "'Get-Date'",
        '[DateTime]::Parse("2024-01-01")',
      ],
    ],
    [
      'random',
      [
        'Get-Random',
        'Get-Random -Maximum 5',
        'Get-SecureRandom',
        '[Random]::Shared',
        '[System.Random]::new()',
        'New-Object System.Random',
      ],
      ['Get-Random -SetSeed 5', '[System.Random]::new(5)', 'New-Object System.Random 5'],
    ],
    ['uuid', ['New-Guid', '[guid]::NewGuid()', '[Guid]::CreateVersion7()'], ['[guid]::Parse("x")', '[guid]::Empty']],
    [
      'timer',
      ['Start-Sleep 5', 'Start-Sleep -Seconds 5', 'sleep 5', '[Threading.Thread]::Sleep(5)'],
      ['Start-DurableTimer -Duration 5'],
    ],
    [
      'network',
      [
        'Invoke-RestMethod http://x',
        'irm http://x',
        'Invoke-WebRequest http://x',
        'Get-AzVM',
        'New-Object Net.WebClient',
        '[System.Net.Http.HttpClient]::new()',
      ],
      ['Invoke-DurableActivity -FunctionName Get', 'New-Object PSObject'],
    ],
    [
      'fileSystem',
      ['Get-Content x', '[System.IO.File]::ReadAllText("x")', 'Test-Path x'],
      ['Join-Path a b', '[System.IO.Path]::Combine("a", "b")'],
    ],
    [
      'process',
      ['Start-Job { 1 }', 'Get-Process', '$PID', '[Environment]::MachineName'],
      ['Start-DurableExternalEventListener -EventName a'],
    ],
    [
      'environment',
      ['$env:NAME', '${env:NAME}', '[Environment]::GetEnvironmentVariable("A")'],
      ['$environment', '[Environment]::NewLine'],
    ],
    ['globalState', ['$global:count', '$script:count'], ['$count', '$local:count']],
  ];
  for (const [cause, bad, good] of rules) {
    for (const code of bad) {
      it(`${cause}: ${code}`, async () => {
        const findings = await check(`param($Context)\n$it = ${code}\n`);
        assert.deepEqual(
          findings.map((each) => each.cause),
          [cause],
        );
      });
    }
    for (const code of good) {
      it(`not ${cause}: ${code}`, async () => {
        assert.deepEqual(await told(`param($Context)\n$it = ${code}\n`), []);
      });
    }
  }

  it('looks into strings that are expanded, hash tables, arguments and pipelines; not into others and comments', async () => {
    const text = `param($Context)
# Get-Date
$a = "at $(Get-Date)"
$b = @{ Id = New-Guid; Text = 'Get-Date' }
$c = Invoke-DurableActivity -FunctionName 'Hello' -Input (Get-Random)
$d = @'
Get-Date
'@
1..3 | ForEach-Object { [guid]::NewGuid() }
1..3 | ForEach-Object -Parallel { $_ }
`;
    assert.deepEqual(await told(text), [
      'currentTime: Get-Date',
      'uuid: New-Guid',
      'random: Get-Random',
      'uuid: [guid]::NewGuid()',
      'process: ForEach-Object -Parallel { $_ }',
    ]);
  });

  it('lets what is only told be, and what is done when it is no replay', async () => {
    const text = `param($Context)
Write-Host "at $(Get-Date)"
Write-Information (Get-Date)
if (-not $Context.IsReplaying) { Add-Content log.txt (Get-Date) }
if (!$Context.IsReplaying) {
  Add-Content log.txt x
} else {
  New-Guid
}
`;
    assert.deepEqual(await told(text), ['uuid: New-Guid']);
    const forms = `param($Context)
if ($Context.IsReplaying -eq $false) { Add-Content log.txt (Get-Date) }
if (!$Context.IsReplaying -and $isLoud) { Add-Content log.txt (Get-Date) }
if (-not $Context.IsReplaying -or $isLoud) { New-Guid }
Get-Item env:REGION
`;
    assert.deepEqual(await told(forms), ['uuid: New-Guid', 'environment: Get-Item']);
  });

  it('follows the functions of the script that are called', async () => {
    const text = `param($Context)
function Stamp {
  param($a)
  Get-Date
}
function Unused {
  New-Guid
}
$x = Stamp 1
`;
    const findings = await check(text);
    assert.deepEqual(
      findings.map(({ cause, related }) => [cause, ...related.map(({ message, span }) => `${message} ${span.startLine1}`)]),
      [['currentTime', "'Stamp' is called here. 9"]],
    );
  });

  it('is silenced by comments', async () => {
    assert.deepEqual(await told('# durascope-ignore-next-line currentTime\n$x = Get-Date\n'), []);
    assert.deepEqual(await told('$x = Get-Date # durascope-ignore-line\n'), []);
    assert.deepEqual(await told('$x = Get-Date # durascope-ignore-line uuid\n'), ['currentTime: Get-Date']);
  });

  it('offers what to write instead', async () => {
    const fixed = async (line: string): Promise<string> => {
      const text = `param($Context)\n${line}`;
      const [fix] = (await check(text)).flatMap((each) => each.fixes);
      const [edit] = fix?.edits ?? [];
      return edit === undefined ? '' : ((text.slice(0, edit.start) + edit.text + text.slice(edit.end)).split('\n')[1] ?? '');
    };
    assert.equal(await fixed('$x = Get-Date'), '$x = $Context.CurrentUtcDateTime');
    assert.equal(await fixed('$x = [DateTime]::UtcNow.AddDays(1)'), '$x = $Context.CurrentUtcDateTime.AddDays(1)');
    assert.equal(await fixed('Start-Sleep -Seconds 30'), 'Start-DurableTimer -Duration (New-TimeSpan -Seconds 30)');
    assert.equal(await fixed('$x = Get-Date -Format o'), '');
  });

  it('stands text that is half typed', async () => {
    const text =
      'param($Context)\n$x = @{ a = Get-Date; b = "$(New-Guid)" }\nif ($x) { Start-Sleep 5 }\nfunction Go {\n  $env:A\n}\nGo\n';
    for (let end = 0; end < text.length; end++) await check(text.slice(0, end));
  });

  it('says why and what to do, in the words of PowerShell', async () => {
    const [finding] = await check('$x = Get-Date');
    assert.match(finding?.message ?? '', /^Get-Date: .*clock.*\$Context\.CurrentUtcDateTime/);
  });
});

describe('orchestrators in PowerShell', () => {
  const orchestrator = '{ "bindings": [{ "name": "Context", "type": "orchestrationTrigger", "direction": "in" }] }';

  it('are known by the function.json beside the script', () => {
    assert.equal(powerShellOrchestrator('/app/Story/run.ps1', orchestrator), 'Story');
    assert.equal(powerShellOrchestrator('/app/Story/other.ps1', orchestrator), null);
    const named = '{ "scriptFile": "../Story/other.ps1", "bindings": [{ "type": "OrchestrationTrigger" }] }';
    assert.equal(powerShellOrchestrator('/app/Story/other.ps1', named), 'Story');
    assert.equal(powerShellOrchestrator('/app/Hello/run.ps1', '{ "bindings": [{ "type": "activityTrigger" }] }'), null);
  });

  it('are none where it says nothing that can be read', () => {
    for (const text of [undefined, '', '{ "bindings"', '[]', '{ "bindings": 5 }', '{ "bindings": [{}] }'])
      assert.equal(powerShellOrchestrator('/app/Story/run.ps1', text), null);
  });
});
