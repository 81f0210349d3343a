/** The line at which a C# orchestrator waits: that one, or none. */
import assert from 'node:assert/strict';
import { csharpWaits } from '../../../src/analysis/waits/csharp-waits';
import { treesOf } from '../grammars/load-trees';
import { marks } from './trace';

interface Case {
  title: string;
  /** The body of a function-based orchestrator `O`, or whole types where it has `class`. */
  code: string;
  /** Other members of the class. */
  beside?: string;
  /** Each trace with the marks of the lines, `-` for none; see `trace`. */
  traces: Record<string, string>;
}

const inClass = ({ code, beside = '' }: Case): string =>
  /\bclass\b/.test(code)
    ? code
    : `public static class F {\n[Function(nameof(O))]\npublic static async Task<string> O([OrchestrationTrigger] TaskOrchestrationContext context)\n{\n${code}\n}\n${beside}\n}`;

function table(cases: readonly Case[]): void {
  for (const each of cases) {
    it(each.title, async () => {
      const code = inClass(each);
      const graph = csharpWaits(await treesOf('csharp'), new Map([['A.cs', code]]), 'O');
      for (const [text, expected] of Object.entries(each.traces)) assert.equal(marks(graph, code, text), expected, text);
    });
  }
}

describe('the line at which a C# orchestrator waits', () => {
  table([
    {
      title: 'is told where a helper is given the name of what it calls, as a text or through another helper',
      beside: `
        const string Third = "C";
        static Task<string> Call(TaskOrchestrationContext context, string name) => context.CallActivityAsync<string>(name); //h
        static async Task<string> Twice(TaskOrchestrationContext context, string name, string other = "X")
        {
          await Call(context, name); //i
          return await context.CallActivityAsync<string>(other); //j
        }`,
      code: `
        await Call(context, "A"); //a
        await Call(name: nameof(Jobs.B), context: context); //b
        await Twice(context, Third, "D"); //c
        return await context.CallActivityAsync<string>("E"); //d`,
      traces: {
        'A | =0 B | =1 C | =2 D | =3 E | =4 end': 'a b i<c j<c d -',
        C: '-',
      },
    },
    {
      title: 'is told in and around a lambda that a variable holds',
      code: `
        var first = async (string who) =>
        {
          return await context.CallActivityAsync<string>("A", who); //l
        };
        Func<string, Task<string>> second = name => context.CallActivityAsync<string>(name);
        await first("x"); //a
        await second("B"); //b
        await Task.WhenAll(second("C"), first("y")); //c
        await context.CreateTimer(TimeSpan.FromHours(1), default); //d`,
      traces: {
        'A | =0 B | =1 C A | =2 | =3 timer | =4 end': 'l<a b c c d -',
        'A | !0 end': 'l<a -',
      },
    },
    {
      title: 'is none in a lambda whose variable may hold another one, or that other code is given',
      code: `
        Func<string, Task<string>> call = name => context.CallActivityAsync<string>("A", name);
        if (context.IsReplaying) call = name => context.CallActivityAsync<string>("B", name);
        await call("x"); //a
        Func<string, Task<string>> other = name => context.CallActivityAsync<string>("C", name);
        var all = cities.Select(city => other(city)).ToList();
        await Task.WhenAll(all); //b
        return await context.CallActivityAsync<string>("D"); //c`,
      traces: {
        'A | =0 C C | =1 =2 D | =3 end': '- b c -',
        'B | =0 C C | =1 =2 D | =3 end': '- b c -',
      },
    },
    {
      title: 'is told of events that the generator of the SDK gives methods of their own',
      code: `
        await context.CallActivityAsync("Ask"); //a
        var answer = await context.WaitForApprovalEventAsync(); //b
        await context.CallTellAsync(answer); //c
        return await context.WaitForExternalEvent<string>("Go"); //d`,
      traces: {
        'Ask | =0 | *ApprovalEvent Tell | =1 | *Go end': 'a b c d -',
        'Ask | =0 | *Other | *ApprovalEvent Tell': 'a b b c',
      },
    },
    {
      title: 'is told beside what a saga would undo, whose names it is given as texts',
      code: `
        public class Undo(TaskOrchestrationContext context)
        {
          private readonly List<Func<Task>> steps = new();
          public void Register(string activityName, object input)
          {
            if (string.IsNullOrEmpty(activityName)) throw new ArgumentNullException(nameof(activityName));
            steps.Add(async () => await context.CallActivityAsync(activityName, input));
          }
          public async Task All() { for (var at = steps.Count - 1; at >= 0; at--) await steps[at](); } //u
        }
        public static class F
        {
          [Function(nameof(O))]
          public static async Task<string> O([OrchestrationTrigger] TaskOrchestrationContext context)
          {
            var undo = new Undo(context);
            try
            {
              undo.Register("Release", 1);
              await context.CallActivityAsync<string>("Reserve"); //a
              await context.CallActivityAsync<string>("Ask"); //b
              undo.Register("Refund", 2);
              return await context.CallActivityAsync<string>("Pay"); //c
            }
            catch (Exception)
            {
              await undo.All(); //d
              return await context.CallActivityAsync<string>("Tell"); //e
            }
          }
        }`,
      traces: {
        'Reserve | =0 Ask | =1 Pay | =2 end': 'a b c -',
        'Reserve | =0 Ask | !1 Release | =2 Tell | =3 end': 'a b u<d e -',
      },
    },
    {
      title: 'is none where the name that a helper is given becomes another one',
      beside: `
        static async Task<string> Call(TaskOrchestrationContext context, string name)
        {
          name = name + "Later";
          return await context.CallActivityAsync<string>(name); //h
        }`,
      code: `
        await context.CallActivityAsync<string>("Other"); //o
        await Call(context, "A"); //a
        return await context.CallActivityAsync<string>("B"); //b`,
      traces: { 'Other | =0 ALater | =1 B | =2 end': 'o h<a b -' },
    },
    {
      title: 'is that of each call in turn, by its literal input too',
      code: `
        var a = await context.CallActivityAsync<string>("SayHello", "Tokyo"); //a
        var b = await context.CallActivityAsync<string>(nameof(Other.SayHello), "Seattle"); //b
        return a + b;`,
      traces: {
        'SayHello("Tokyo") | =0 SayHello("Seattle") | =1 end': 'a b -',
        'SayHello("Tokyo")': 'a',
        'SayHello("Seattle")': '-',
      },
    },
    {
      title: 'is told inside a collection expression, over several lines',
      code: `
        return [
          await context.CallActivityAsync<string>("A"), //a
          await context //b
            .CallActivityAsync<string>("A"),
          $"{await context.CallActivityAsync<string>("A")}", //c
        ];`,
      traces: { 'A | =0 A | =1 A | =2 end': 'a b c -', 'A | =0 A': 'a b' },
    },
    {
      title: 'knows constants, fields that are set once and names of tasks',
      beside: `const string First = "A"; static readonly string Second = "B";`,
      code: `
        await context.CallActivityAsync(First); //a
        await context.CallActivityAsync(Second); //b
        await context.CallActivityAsync(new TaskName("C")); //c
        await context.CallActivityAsync(Names.Far); //d`,
      traces: { 'A | =0 B | =1 C | =2 D | =3 end': 'a b c d -', 'A | =0 X': '- -' },
    },
    {
      title: 'follows extension methods that the generator makes',
      code: `
        await context.CallSayHelloAsync("x"); //a
        await context.CallChildAsync("x"); //b`,
      traces: { 'SayHello("x") | =0 sub:Child("x") | =1 end': 'a b -' },
    },
    {
      title: 'goes round loops',
      code: `
        for (int i = 0; i < count; i++)
        {
          await context.CallActivityAsync("A", i); //a
          if (i % 2 == 0) await context.CreateTimer(TimeSpan.FromSeconds(i), CancellationToken.None); //b
        }
        foreach (var each in list) await context.CallActivityAsync("B", each); //c
        do { await context.CallActivityAsync("C"); } while (again); //d`,
      traces: {
        'A | =0 timer | =1 A | =2 A | =3 B | =4 C | =5 C | =6 end': 'a b a a c d d -',
        'A | =0 end': '- -',
        'A | =0 C | =1 end': 'a d -',
      },
    },
    {
      title: 'stays at WhenAll until all have come',
      code: `
        var files = await context.CallActivityAsync<string[]>("List"); //a
        var sizes = await Task.WhenAll(files.Select(file => context.CallActivityAsync<int>("Copy", file))); //b
        await context.WaitForExternalEvent<string>("Go"); //c
        await context.CallActivityAsync("Copy"); //d`,
      traces: { 'List | =0 Copy Copy Copy | =1 | =3 | =2 | *go Copy | =4 end': 'a b b b c d -' },
    },
    {
      title: 'stays at WhenAll over a list that was filled in a loop',
      code: `
        var tasks = new List<Task<int>>();
        for (int i = 0; i < 3; i++)
        {
          tasks.Add(context.CallActivityAsync<int>("A", i));
        }
        await Task.WhenAll(tasks); //a
        await context.WaitForExternalEvent<string>("Go"); //b
        var more = new Task[2];
        more[0] = context.CallActivityAsync("B");
        more[1] = context.CallActivityAsync("C");
        await Task.WhenAll(more); //c
        await context.WaitForExternalEvent<string>("On"); //d`,
      traces: { 'A A A | =0 | =1 | =2 | *Go B C | =4 | =3 | *On end': 'a a a b c c d -' },
    },
    {
      title: 'tells a race from what comes after it',
      code: `
        await context.CallActivityAsync("Ask"); //a
        using CancellationTokenSource decided = new();
        Task due = context.CreateTimer(TimeSpan.FromHours(72), decided.Token);
        Task<bool> approval = context.WaitForExternalEvent<bool>("ApprovalEvent");
        if (await Task.WhenAny(approval, due) == due) //b
        {
          return await context.CallActivityAsync<string>("Escalate"); //c
        }
        decided.Cancel();
        bool yes = await approval; //d
        return await context.CallActivityAsync<string>("Process", yes); //e`,
      traces: {
        'Ask | =0 timer | *ApprovalEvent Process | =2 end': 'a b e -',
        'Ask | =0 timer | =1 Escalate | =2 end': 'a b c -',
        'Ask | =0 timer | *Other': 'a b b',
      },
    },
    {
      title: 'waits for events by name and number',
      code: `
        await context.WaitForExternalEvent<int>("A"); //a
        await context.WaitForExternalEvent<int>("A"); //b
        await context.WaitForExternalEvent<int>("B"); //c`,
      traces: { ' | *A | *A | *B end': 'a b c -', ' | *B | *A | *A end': 'a a b -' },
    },
    {
      title: 'tells the caller behind the helper, and helpers that only hand a task on',
      beside: `
        static async Task<int> Twice(TaskOrchestrationContext context, string name) {
          await context.CallActivityAsync(name); //h
          return await context.CallActivityAsync<int>("Second"); //i
        }
        static Task<int> Quick(TaskOrchestrationContext context) => context.CallActivityAsync<int>("Q");`,
      code: `
        await Twice(context, "One"); //a
        await Twice(context, "Two"); //b
        await Quick(context); //c
        async Task Local() { await context.CallActivityAsync("L"); } //l
        await Local().ConfigureAwait(true); //d`,
      traces: { 'One | =0 Second | =1 Two | =2 Second | =3 Q | =4 L | =5 end': 'h<a i<a h<b i<b c l<d -' },
    },
    {
      title: 'is that of the orchestrator where helpers run beside each other',
      beside: `
        static async Task Both(TaskOrchestrationContext context) {
          await context.CallActivityAsync("A"); //h
          await context.CallActivityAsync("B"); //i
        }`,
      code: `
        await Task.WhenAll(Both(context), Both(context)); //a
        await context.CallActivityAsync("C"); //b
        await Task.WhenAll(list.Select(async each => { await context.CallActivityAsync("D"); await context.CallActivityAsync("E"); })); //c`,
      traces: { 'A A | =0 B | =1 B | =2 | =3 C | =4 D D | =5 E | =6 E | =7 | =8 end': 'a a a a b c c c c -' },
    },
    {
      title: 'goes into catch when a call failed, and not otherwise',
      code: `
        await context.CallActivityAsync("Debit"); //a
        try {
          await context.CallActivityAsync<string>("Credit", one); //b
          return "transferred";
        } catch (TaskFailedException) {
          await context.CallActivityAsync<string>("Credit", other); //c
          return "refunded";
        }`,
      traces: { 'Debit | =0 Credit | =1 end': 'a b -', 'Debit | =0 Credit | !1 Credit | =2 end': 'a b c -' },
    },
    {
      title: 'stands still through retries and the timers between them',
      code: `
        var options = TaskOptions.FromRetryPolicy(new RetryPolicy(3, TimeSpan.FromSeconds(1)));
        await context.CallActivityAsync("A", 1, options); //a
        await context.CreateTimer(TimeSpan.FromDays(7), CancellationToken.None); //b
        await context.CallActivityAsync("A"); //c`,
      traces: {
        'A(1) | !0 timer | =1 A(1) | !2 timer | =3 A(1) | =4 long | =5 long | =6 timer | =7 A | =8 end': 'a a a a a b b b c -',
      },
    },
    {
      title: 'stands still while a request is polled',
      code: `
        await context.CallHttpAsync(new DurableHttpRequest(HttpMethod.Post, uri)); //a
        await context.CallActivityAsync("B"); //b`,
      traces: { 'BuiltIn::HttpActivity | =0 timer | =1 BuiltIn::HttpActivity | =2 B | =3 end': 'a a a b -' },
    },
    {
      title: 'knows entities and locks',
      code: `
        await using (await context.Entities.LockEntitiesAsync(from, to)) //a
        {
          int balance = await context.Entities.CallEntityAsync<int>(from, "Balance"); //b
          await context.CallActivityAsync("A"); //c
        }
        await context.Entities.SignalEntityAsync(to, nameof(Account.Deposit), 5);
        await context.CallActivityAsync("B"); //d`,
      traces: { 'lock | *id0 entity:Balance | *id1 A | =2 unlock unlock entity:Deposit B | =6 end': 'a b c d -' },
    },
    {
      title: 'branches of switches, conditions and patterns',
      code: `
        switch (context.GetInput<int>()) {
          case 1: await context.CallActivityAsync("A"); break; //a
          case 2: await context.CallActivityAsync("B"); return "x"; //b
          default: throw new Exception();
        }
        var c = flag ? await context.CallActivityAsync<int>("C") : 0; //c
        var d = flag switch { true => await context.CallActivityAsync<int>("D"), _ => 0 }; //d
        var e = d ?? await context.CallActivityAsync<int>("E"); //e`,
      traces: { 'A | =0 C | =1 D | =2 E | =3 end': 'a c d e -', 'B | =0 end': 'b -', 'A | =0 E | =1 end': 'a e -', end: '-' },
    },
    {
      title: 'of an orchestrator that is a class, and of a task that is handed on',
      code: `
        [DurableTask("O")]
        public class Greets : TaskOrchestrator<string, string> {
          public override async Task<string> RunAsync(TaskOrchestrationContext ctx, string input) {
            await ctx.CallActivityAsync("A"); //a
            return await this.Rest(ctx); //b
          }
          private async Task<string> Rest(TaskOrchestrationContext ctx) {
            return await ctx.CallSubOrchestratorAsync<string>("B"); //c
          }
        }`,
      traces: { 'A | =0 sub:B | =1 end': 'a c<b -' },
    },
    {
      title: 'of an orchestrator that is no async method',
      code: `
        public static class F {
          [Function("O")]
          public static Task<int> Run([OrchestrationTrigger] TaskOrchestrationContext context) =>
            context.CallActivityAsync<int>("A"); //a
        }`,
      traces: { 'A | =0 end': 'a -' },
    },
    {
      title: 'of tasks that were begun before they are waited for',
      code: `
        var one = context.CallActivityAsync<int>("A");
        var two = context.CallActivityAsync<int>("B");
        await one; //a
        await two; //b`,
      traces: { 'A B | =0 | =1 end': 'a b -', 'A B | =1 | =0 end': 'a a -' },
    },
  ]);
});

describe('no line', () => {
  table([
    {
      title: 'where two calls fit alike',
      code: `
        if (context.GetInput<bool>())
          await context.CallActivityAsync("A", one); //a
        else
          await context.CallActivityAsync("A", two); //b
        await context.CallActivityAsync("B"); //c`,
      traces: { 'A | =0 B | =1 end': '- c -' },
    },
    {
      title: 'but that of the caller, where it is not known in which helper',
      beside: `
        static async Task Helper(TaskOrchestrationContext context, bool is) {
          if (is) await context.CallActivityAsync("A", 1 + 1); //h
          else await context.CallActivityAsync("A", 2 + 2); //i
        }`,
      code: `await Helper(context, true); //a`,
      traces: { 'A | =0 end': 'a -' },
    },
    {
      title: 'where the name is put together and others fit',
      code: `
        if (x) await context.CallActivityAsync("Say" + what); //a
        else await context.CallActivityAsync("SayHello"); //b
        await context.CallActivityAsync("C"); //c`,
      traces: { 'SayHello | =0 C | =1 end': '- c -', 'SayBye | =0 C | =1 end': 'a c -' },
    },
    {
      title: 'where the context is given to code that is not here',
      code: `
        await context.CallActivityAsync("A"); //a
        await Library.RunAsync(context); //b
        await context.CallActivityAsync("C"); //c`,
      traces: { 'A | =0 B | =1 C | =2 end': 'a - - -' },
    },
    {
      title: 'at all where the code does something else than the text',
      code: `
        await context.CallActivityAsync("A"); //a
        await context.CallActivityAsync("B"); //b`,
      traces: { 'A | =0 C | =1 end': '- - -', 'A | =0 B | =1 C': '- - -', 'A | =0 end': '- -' },
    },
    {
      title: 'where what was thrown may have led elsewhere',
      code: `
        try {
          Check(x);
          await context.CallActivityAsync("A", one); //a
        } catch {
          await context.CallActivityAsync("A", two); //b
        }`,
      traces: { 'A | =0 end': '- -' },
    },
    {
      title: 'where a helper calls itself',
      beside: `
        static async Task Deep(TaskOrchestrationContext context, int n) {
          await context.CallActivityAsync("A", n); //h
          if (n > 0) await Deep(context, n - 1); //i
        }`,
      code: `await Deep(context, 3); //a`,
      traces: { 'A | =0 end': 'h<a -', 'A | =0 A | =1 end': 'h<a - -' },
    },
  ]);

  it('where the orchestrator is written twice, or not at all', async () => {
    const trees = await treesOf('csharp');
    const one = `class F { [Function("O")] public async Task O([OrchestrationTrigger] TaskOrchestrationContext c) { await c.CallActivityAsync("A"); } }`;
    assert.equal(
      csharpWaits(
        trees,
        new Map([
          ['A.cs', one],
          ['B.cs', one.replace('class F', 'class G')],
        ]),
        'O',
      ),
      null,
    );
    assert.equal(csharpWaits(trees, new Map([['A.cs', one]]), 'P'), null);
  });
});
