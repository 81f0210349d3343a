import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { findOrchestrator } from '../../src/replay/orchestrator-source';

const examples = path.resolve(__dirname, '../../examples/durable-task');

describe('where the orchestrator of a connected program is written', () => {
  /** The text of the line that is found. */
  const lineIn = (name: string, file: string, text: string): string | null => {
    const found = findOrchestrator(name, file, text);
    return found === null ? null : (text.split('\n')[found.place.line - 1]?.trim() ?? '');
  };

  const cases: { language: string; file: string; name: string; line: string | null; text: string }[] = [
    {
      language: 'a Python function',
      file: 'main.py',
      name: 'hello',
      line: 'def hello(ctx, _):',
      text: 'w.add_orchestrator(hello)\nx = hello\ndef hello_all(ctx): pass\ndef hello(ctx, _):\n    yield 1\n',
    },
    {
      language: 'a Python function that goes by another name',
      file: 'main.py',
      name: 'Greet',
      line: 'def hello(ctx, _):',
      text: 'def hello(ctx, _):\n    yield 1\nw.add_named_orchestrator("Greet", hello)\n',
    },
    {
      language: 'a Java factory',
      file: 'Main.java',
      name: 'Greet',
      line: 'public TaskOrchestration create() {',
      text: 'new TaskOrchestrationFactory() {\n  public String getName() { return "Greet"; }\n  public TaskOrchestration create() {\n    return ctx -> {};\n  }\n}\n',
    },
    {
      language: 'a Go function',
      file: 'main.go',
      name: 'Greet',
      line: 'func greet(ctx *task.OrchestrationContext) (any, error) {',
      text: 'func main() {\n  r.AddOrchestratorN("Greet", greet)\n}\nfunc greet(ctx *task.OrchestrationContext) (any, error) {\n}\n',
    },
    {
      language: 'a C# class',
      file: 'Greet.cs',
      name: 'Greet',
      line: 'public class Greet : TaskOrchestrator<string, string>',
      text: '// Greet\n[DurableTask]\npublic class Greet : TaskOrchestrator<string, string>\n{\n}\n',
    },
    {
      language: 'a C# class that goes by another name',
      file: 'Greet.cs',
      name: 'Greet',
      line: '[DurableTask("Greet")]',
      text: '[DurableTask("Greet")]\nclass Hello : TaskOrchestrator<string, string>\n{\n}\n',
    },
    {
      language: 'a C# function',
      file: 'Greet.cs',
      name: 'Greet',
      line: 'public static async Task<string> Greet([OrchestrationTrigger] TaskOrchestrationContext context)',
      text: 'class A\n{\n  [Function(nameof(Greet))]\n  public static async Task<string> Greet([OrchestrationTrigger] TaskOrchestrationContext context)\n  {\n  }\n}\n',
    },
    {
      language: 'a C# function in several lines',
      file: 'Greet.cs',
      name: 'Greet',
      line: 'public static async Task<string> Greet(',
      text: 'class A\n{\n  [Function(nameof(Greet))]\n  public static async Task<string> Greet(\n    [OrchestrationTrigger] TaskOrchestrationContext context)\n  {\n  }\n}\n',
    },
    {
      language: 'a C# function whose method is called otherwise',
      file: 'Greet.cs',
      name: 'E1_Greet',
      line: 'public static async Task<string> Run([OrchestrationTrigger] TaskOrchestrationContext context)',
      text: 'class A\n{\n  // "E1_Greet"\n  [Function("E1_Greet")]\n  [Obsolete("no")]\n  public static async Task<string> Run([OrchestrationTrigger] TaskOrchestrationContext context)\n  {\n  }\n}\n',
    },
    {
      language: 'an F# function',
      file: 'Greet.fs',
      name: 'Greet',
      line: 'let greet ([<OrchestrationTrigger>] context: TaskOrchestrationContext) = task {',
      text: 'module A\n[<Function("Greet")>]\nlet greet ([<OrchestrationTrigger>] context: TaskOrchestrationContext) = task {\n  return 1 }\n',
    },
    {
      language: 'a Visual Basic function',
      file: 'Greet.vb',
      name: 'Greet',
      line: 'Public Async Function Run(<OrchestrationTrigger> context As TaskOrchestrationContext) As Task(Of String)',
      text: 'Module A\n    <[Function]("Greet")>\n    Public Async Function Run(<OrchestrationTrigger> context As TaskOrchestrationContext) As Task(Of String)\n        Return "a"\n    End Function\nEnd Module\n',
    },
    {
      language: 'a TypeScript constant',
      file: 'main.ts',
      name: 'greet',
      line: 'const greet: TOrchestrator = async function* (ctx) {',
      text: 'worker.addOrchestrator(greet);\nconst greet: TOrchestrator = async function* (ctx) {\n};\n',
    },
    {
      language: 'a TypeScript function that goes by another name',
      file: 'main.ts',
      name: 'Greet',
      line: 'async function* run(ctx) {',
      text: "async function* run(ctx) {\n}\nworker.addNamedOrchestrator('Greet', run);\n",
    },
    { language: 'nothing where the name is only spoken of', file: 'main.py', name: 'hello', line: null, text: '# says hello\n' },
    { language: 'nothing for a name with signs of its own', file: 'main.py', name: 'a(b', line: null, text: 'a(b\n' },
  ];
  for (const { language, file, name, line, text } of cases) {
    it(`finds ${language}`, () => {
      assert.equal(lineIn(name, file, text), line);
    });
  }

  it('finds those of the examples', async () => {
    const find = async (file: string, name: string): Promise<string | null> =>
      lineIn(name, file, (await readFile(path.join(examples, file), 'utf8')).replaceAll('\r\n', '\n'));
    assert.equal(await find('python/main.py', 'hello_sequence'), 'def hello_sequence(ctx, _):');
    assert.equal(await find('javascript/main.js', 'ReserveTicket'), 'async function* ReserveTicket(context, userId) {');
    assert.match((await find('go/main.go', 'HelloSequence')) ?? '', /^func helloSequence/);
    assert.match((await find('java/src/main/java/Main.java', 'HelloSequence')) ?? '', /addOrchestration/);
  });

  it('takes the text of the orchestrator alone', () => {
    const text = 'def one(ctx):\n    yield a()\n\n    return 1\n\ndef two(ctx):\n    yield b()\n';
    assert.equal(findOrchestrator('one', 'a.py', text)?.text.trimEnd(), 'def one(ctx):\n    yield a()\n\n    return 1');
  });
});
