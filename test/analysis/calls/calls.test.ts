import assert from 'node:assert/strict';
import { csharpCalls } from '../../../src/analysis/calls/csharp-functions-called';
import { JavaScriptCalls } from '../../../src/analysis/calls/javascript-calls';
import { powerShellCalls } from '../../../src/analysis/calls/powershell-calls';
import type { CallingFunction } from '../../../src/core/values/function-calls';
import { filesOf } from '../analyze-text';
import { treesOf } from '../grammars/load-trees';

/** `orchestrator Main: call Hello 4`, one line a function; the numbers are lines. */
const told = (functions: readonly CallingFunction[]): string[] =>
  functions.map(({ kind, name, calls }) =>
    `${kind} ${name}: ${calls.map((each) => `${each.kind} ${each.name ?? '?'} ${each.place.line1}`).join(', ')}`.trimEnd(),
  );

async function javaScript(texts: Record<string, string>, folderName: string | null = null): Promise<string[]> {
  const [first = ''] = Object.keys(texts);
  return told(await new JavaScriptCalls(filesOf(texts)).of(first, folderName));
}

describe('what the functions of an app call', () => {
  it('in JavaScript: by names, constants and registered functions', async () => {
    const text = [
      "import * as df from 'durable-functions';",
      "const greet = 'SayHello';",
      "const charge = df.app.activity('Charge', { handler: () => 1 });",
      "df.app.orchestration('Main', function* (context) {",
      "  yield context.df.callActivity(greet, 'Tokyo');",
      '  const card = yield charge({ amount: 2 });',
      "  yield context.df.Task.all([1, 2].map((each) => context.df.callSubOrchestratorWithRetry('Child', retry, each)));",
      "  const counter = new df.EntityId('Counter', 'a');",
      "  context.df.signalEntity(counter, 'add');",
      "  yield context.df.callEntity(new df.EntityId('Account', card), 'get');",
      "  yield context.df.waitForExternalEvent('Approval');",
      '  yield context.df.callActivity(context.df.getInput().name);',
      '});',
      "df.app.client.http('Begin', { handler: async (request, client) => {",
      "  const id = await client.startNew('Main');",
      "  await client.raiseEvent(id, 'Approval', true);",
      '} });',
    ].join('\n');
    assert.deepEqual(await javaScript({ 'a.ts': text }), [
      'activity Charge:',
      'orchestrator Main: call SayHello 5, call Charge 6, child Child 7, signal Counter 9, entity Account 10, awaits Approval 11, call ? 12',
      'client Begin: start Main 15, raises Approval 16',
    ]);
  });

  it('in JavaScript: through helpers of other files, recursive ones too', async () => {
    const texts = {
      'src/a.js': [
        "const df = require('durable-functions');",
        "const { each } = require('./steps');",
        "df.app.orchestration('Main', function* (context) { yield* each(context, 3); });",
      ].join('\n'),
      'src/steps.js': [
        'function* each(context, left) {',
        "  yield context.df.callActivity('Step');",
        '  if (left > 0) yield* each(context, left - 1);',
        '}',
        'module.exports = { each };',
      ].join('\n'),
    };
    assert.deepEqual(await javaScript(texts), ['orchestrator Main: call Step 2']);
  });

  it('in JavaScript of the older model, by folders', async () => {
    const orchestrator =
      "const df = require('durable-functions');\nmodule.exports = df.orchestrator(function* (context) {\n  yield context.df.callActivity('Hello');\n});";
    assert.deepEqual(await javaScript({ 'Main/index.js': orchestrator }, 'Main'), ['orchestrator Main: call Hello 3']);
    const client =
      "const df = require('durable-functions');\nmodule.exports = async function (context, req) {\n  await df.getClient(context).startNew(req.params.name);\n};";
    assert.deepEqual(await javaScript({ 'Begin/index.js': client }, 'Begin'), ['client Begin: start ? 3']);
    assert.deepEqual(await javaScript({ 'a.js': 'while (' }), []);
  });

  it('in C#: methods with attributes, classes, helpers, clients', async () => {
    const text = [
      'public static class F {',
      '  const string Greet = "SayHello";',
      '  [Function(nameof(Main))]',
      '  public static async Task Main([OrchestrationTrigger] TaskOrchestrationContext context) {',
      '    await context.CallActivityAsync<string>(Greet, "Tokyo");',
      '    await Rest(context);',
      '    await context.WaitForExternalEvent<bool>("Approval");',
      '    var id = new EntityInstanceId(nameof(Counter), "a");',
      '    await context.Entities.SignalEntityAsync(id, "add");',
      '  }',
      '  static async Task Rest(TaskOrchestrationContext context) {',
      '    await context.CallSubOrchestratorAsync("Child");',
      '  }',
      '  [Function("SayHello")] public static string Say([ActivityTrigger] string name) => name;',
      '  [Function(nameof(Counter))] public static Task Counter([EntityTrigger] TaskEntityDispatcher d) => d.DispatchAsync<C>();',
      '  [Function("Begin")]',
      '  public static async Task Http([HttpTrigger] HttpRequestData r, [DurableClient] DurableTaskClient client) {',
      '    var id = await client.ScheduleNewOrchestrationInstanceAsync(nameof(Main));',
      '    await client.RaiseEventAsync(id, "Approval", true);',
      '  }',
      '}',
    ].join('\n');
    assert.deepEqual(told(csharpCalls(await treesOf('csharp'), new Map([['A.cs', text]]))), [
      'orchestrator Main: call SayHello 5, child Child 12, awaits Approval 7, signal Counter 9',
      'activity SayHello:',
      'entity Counter:',
      'client Begin: start Main 18, raises Approval 19',
    ]);
  });

  it('in C#: by names that stand for texts, wherever those are kept, and for one text only', async () => {
    const names = [
      'static class Events { public const string Approval = nameof(ApprovalEvent); public const string Stop = Prefix + "Stop"; const string Prefix = "Please"; }',
      'static class Other { public const string Approval = "OtherApproval"; public const string Twice = "a"; }',
      'static class Third { public static readonly string Twice = "b"; }',
      'enum Kind { Cancelled }',
    ].join('\n');
    const lines = (body: readonly string[]): string =>
      [
        'public static class F {',
        '  [Function("Main")]',
        '  public static async Task Main([OrchestrationTrigger] TaskOrchestrationContext context) {',
        ...body,
        '  }',
        '}',
      ].join('\n');
    const wait = (name: string): string => `    await context.WaitForExternalEvent<bool>(${name});`;
    const awaited = async (...body: string[]): Promise<string[]> => {
      const [main] = csharpCalls(await treesOf('csharp'), new Map(Object.entries({ 'A.cs': lines(body), 'B.cs': names })));
      return (main?.calls ?? []).map(({ name }) => name ?? '?');
    };
    assert.deepEqual(
      await awaited(
        ...['Events.Approval', 'Shop.Other.Approval', 'Events.Stop', 'nameof(Kind.Cancelled)', 'Kind.Cancelled.ToString()'].map(
          wait,
        ),
      ),
      ['ApprovalEvent', 'OtherApproval', 'PleaseStop', 'Cancelled', 'Cancelled'],
    );
    assert.deepEqual(await awaited('    var done = "Done";', wait('done')), ['Done']);
    assert.deepEqual(await awaited('    var done = "Done"; if (x) done = "Gone";', wait('done')), ['?']);
    assert.deepEqual(await awaited(...['Approval', 'Twice', 'input.Stop', 'Kind.Other.ToString()', 'Unknown'].map(wait)), [
      ...['?', '?', '?', '?', '?'],
    ]);
  });

  it('in PowerShell: by variables that are set once to a text', async () => {
    const trees = await treesOf('powershell');
    const described = JSON.stringify({ bindings: [{ type: 'orchestrationTrigger', name: 'x' }] });
    const text = [
      'param($Context)',
      "$approval = 'Approval'",
      '$twice = "a"; $twice = "b"',
      '$put = "a" + $x',
      "$each = 'One'; foreach ($each in $all) { }",
      ...['approval', 'Approval', 'twice', 'put', 'each', 'other'].map(
        (name) => `Start-DurableExternalEventListener -EventName $${name}`,
      ),
    ].join('\n');
    const found = powerShellCalls(trees, '/app/Main/run.ps1', text, described);
    assert.deepEqual(
      found?.calls.map(({ name }) => name ?? '?'),
      ['Approval', 'Approval', '?', '?', '?', '?'],
    );
  });

  it('in PowerShell: by commands and their parameters', async () => {
    const trees = await treesOf('powershell');
    const described = (type: string): string => JSON.stringify({ bindings: [{ type, name: 'x' }] });
    const text = [
      'param($Context)',
      '# Invoke-DurableActivity -FunctionName NotThis',
      "$a = Invoke-DurableActivity -FunctionName 'Hello' -Input 'Tokyo'",
      'Invoke-ActivityFunction Old "x"',
      '$e = Start-DurableExternalEventListener -EventName "Approval" -NoWait',
      'Invoke-DurableActivity -FunctionName $name',
      'Invoke-DurableSubOrchestrator -FunctionName Child',
    ].join('\n');
    const found = powerShellCalls(trees, '/app/Main/run.ps1', text, described('orchestrationTrigger'));
    assert.deepEqual(told(found === null ? [] : [found]), [
      'orchestrator Main: call Hello 3, call Old 4, awaits Approval 5, call ? 6, child Child 7',
    ]);
    const client = powerShellCalls(
      trees,
      '/app/Begin/run.ps1',
      "$id = Start-DurableOrchestration -FunctionName 'Main'\nSend-DurableExternalEvent -InstanceId $id -EventName Approval",
      described('httpTrigger'),
    );
    assert.deepEqual(told(client === null ? [] : [client]), ['client Begin: start Main 1, raises Approval 2']);
    assert.equal(powerShellCalls(trees, '/app/Begin/other.ps1', '', described('httpTrigger')), null);
    assert.equal(powerShellCalls(trees, '/app/Begin/run.ps1', '', '{'), null);
  });
});
