import assert from 'node:assert/strict';
import { functionsInText } from '../../src/analysis/functions/functions-in-text';

const inText = (text: string): string[] =>
  (functionsInText('/app/A.cs', text, null) ?? []).map(({ kind, name, line0, column0 }) => `${kind} ${name} ${line0}:${column0}`);

describe('the functions that a text in C# registers', () => {
  it('are methods with an attribute, by a literal, by nameof and by a constant', () => {
    const text = `public static class A
{
    const string Third = "Number3";
    [Function(nameof(First))]
    public static async Task<string> First([OrchestrationTrigger] TaskOrchestrationContext context) { }
    [Function("Number2")]
    public static string Second([ActivityTrigger] string text) => text;
    [Function(Third)] public Task Run([EntityTrigger] TaskEntityDispatcher d) => d.DispatchAsync<A>();
    [Function(nameof(Other.Fourth))]
    public static string Fourth(
        [OrchestrationTrigger(Orchestration = "Renamed")]
        TaskOrchestrationContext context) => "";
    [Function(Elsewhere.Name)] public static void Unknown([ActivityTrigger] string text) { }
}`;
    assert.deepEqual(inText(text), [
      'orchestration First 3:4',
      'other Number2 5:4',
      'entity Number3 7:4',
      'orchestration Renamed 8:4',
    ]);
  });

  it('are classes of orchestrators, by their names or that of the attribute', () => {
    const text = `[DurableTask(nameof(One))]
public sealed class One : TaskOrchestrator<string, string> { }
[DurableTask("Two")] internal class Second : Microsoft.DurableTask.TaskOrchestrator<int, int> { }
class Third(ILogger log) : TaskOrchestrator<int, int> { }
class Fourth : TaskActivity<int, int> { }`;
    assert.deepEqual(inText(text), ['orchestration One 0:0', 'orchestration Two 2:0', 'orchestration Third 3:0']);
  });

  it('are not what comments and strings say, whatever quotes and braces these hold', () => {
    const text = `class A
{
    // [Function("No1")] void A([OrchestrationTrigger] C c) { }
    /* [Function("No2")] */
    string a = "[Function(\\"No3\\")]", b = @"c:\\ ""[Function(1)]""", c = $"{d["x"]} }} [Function(""";
    string e = """
        [Function("No4")]
        """;
    char q = '"', r = '\\'';
    string s = $"{(t ? "[Function(\\"No5\\")]" : "")}";
    [Function("Yes")] void Yes([OrchestrationTrigger] TaskOrchestrationContext context) { }
}`;
    assert.deepEqual(inText(text), ['orchestration Yes 10:4']);
    assert.deepEqual(inText('[Function('), []);
    assert.deepEqual(inText('[Function("half'), []);
  });
});
