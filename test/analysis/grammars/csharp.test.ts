import assert from 'node:assert/strict';
import { checkCSharp } from '../../../src/analysis/grammars/check-csharp';
import type { Finding } from '../../../src/analysis/findings/finding';
import { treesOf } from './load-trees';

const check = async (texts: Readonly<Record<string, string>> | string): Promise<Finding[]> =>
  checkCSharp(await treesOf('csharp'), new Map(Object.entries(typeof texts === 'string' ? { 'A.cs': texts } : texts)));

const orchestrator = (body: string, members = '', before = ''): string => `
using System;
${before}
public class Stories
{
    ${members}
    [Function(nameof(Story))]
    public static async Task<string> Story([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        ${body}
    }
}
`;

/** `cause: text` of each finding. */
const told = async (source: string): Promise<string[]> =>
  (await check(source)).map(({ cause, span }) => `${cause}: ${source.slice(span.start, span.end)}`);

describe('determinism of orchestrators in C#', () => {
  const rules: readonly [cause: string, bad: readonly string[], good: readonly string[]][] = [
    [
      'currentTime',
      [
        'DateTime.Now',
        'DateTime.UtcNow',
        'DateTime.Today',
        'System.DateTime.UtcNow',
        'global::System.DateTime.Now',
        'DateTimeOffset.UtcNow',
        'Stopwatch.StartNew',
        'Stopwatch.GetTimestamp',
        'new Stopwatch()',
        'Environment.TickCount64',
        'TimeProvider.System',
      ],
      [
        'context.CurrentUtcDateTime',
        'DateTime.Parse("2024-01-01")',
        'DateTime.MinValue',
        'new DateTime(2024, 1, 1)',
        '"DateTime.Now"',
      ],
    ],
    [
      'random',
      ['new Random()', 'Random.Shared', 'RandomNumberGenerator.GetInt32', 'Path.GetRandomFileName', 'HashCode.Combine'],
      ['new Random(42)', 'Path.Combine("a", "b")'],
    ],
    ['uuid', ['Guid.NewGuid', 'Guid.CreateVersion7'], ['context.NewGuid()', 'Guid.Parse("x")', 'Guid.Empty']],
    ['environment', ['Environment.GetEnvironmentVariable', 'Environment.ExpandEnvironmentVariables'], ['Environment.NewLine']],
    [
      'timer',
      ['Task.Delay', 'Thread.Sleep', 'new PeriodicTimer(x)', 'new CancellationTokenSource(x)'],
      ['context.CreateTimer(x, y)', 'Task.WhenAll(x)', 'new CancellationTokenSource()'],
    ],
    [
      'network',
      ['new HttpClient()', 'Dns.GetHostName', 'new SqlConnection(x)'],
      ['context.CallHttpAsync(x)', 'new Uri("http://x")'],
    ],
    [
      'fileSystem',
      ['File.ReadAllText', 'System.IO.File.Exists', 'Directory.GetFiles', 'new FileInfo(x)', 'Path.GetTempFileName'],
      ['Path.GetExtension("a.b")', 'new MemoryStream()'],
    ],
    [
      'process',
      ['Task.Run', 'Process.Start', 'Environment.MachineName', 'new Thread(x)', 'Parallel.For', 'TimeZoneInfo.Local'],
      ['Task.WhenAny(x)', 'TimeZoneInfo.Utc'],
    ],
  ];
  for (const [cause, bad, good] of rules) {
    for (const code of bad) {
      it(`${cause}: ${code}`, async () => {
        const call =
          /[)\]]$/.test(code) || /\.(Now|UtcNow|Today|TickCount64|System|Shared|MachineName|Local)$/.test(code)
            ? code
            : `${code}(x)`;
        assert.deepEqual(await told(orchestrator(`var it = ${call};`)), [`${cause}: ${code}`]);
      });
    }
    for (const code of good) {
      it(`not ${cause}: ${code}`, async () => {
        assert.deepEqual(await told(orchestrator(`var it = ${code};`)), []);
      });
    }
  }

  it('looks into interpolated text, lambdas and nested blocks, not into text and comments', async () => {
    const body = `
      // DateTime.Now
      /* Guid.NewGuid() */
      var a = $"at {DateTime.UtcNow:o}, {{DateTime.Now}}";
      var b = """
        DateTime.Now
        """;
      var c = @"Guid.NewGuid()";
      if (a == c) { var d = names.Select(name => Guid.NewGuid()); }`;
    assert.deepEqual(await told(orchestrator(body)), ['currentTime: DateTime.UtcNow', 'uuid: Guid.NewGuid']);
  });

  it('lets what is only logged be, and what is done when it is no replay', async () => {
    const body = `
      logger.LogInformation("at {Now}", DateTime.Now);
      Console.WriteLine(DateTime.Now);
      if (!context.IsReplaying) { Console.Error.Write(DateTime.UtcNow); }
      if (isLoud && !(context.IsReplaying)) Told(DateTime.UtcNow);
      if (context.IsReplaying == false) Told(DateTime.UtcNow);
      if (context.IsReplaying is not true) Told(DateTime.UtcNow);
      if (context.IsReplaying) { Again(); } else { Told(DateTime.UtcNow); }`;
    assert.deepEqual(await told(orchestrator(body)), []);
    assert.deepEqual(await told(orchestrator('if (isLoud || !context.IsReplaying) Told(DateTime.UtcNow);')), [
      'currentTime: DateTime.UtcNow',
    ]);
  });

  it('looks at orchestrators only', async () => {
    const source = `
      public class Activities
      {
          [Function("SayHello")]
          public static string SayHello([ActivityTrigger] string name) => DateTime.Now + name;
          [Function("Start")]
          public static Task Start([HttpTrigger] HttpRequestData request) => Task.Delay(5);
      }`;
    assert.deepEqual(await told(source), []);
  });

  it('finds what leaves the thread of the orchestrator, in methods that it calls too, and takes it away', async () => {
    const kept =
      'await Call(c).ConfigureAwait(true); await Call(c).ConfigureAwait(ConfigureAwaitOptions.ContinueOnCapturedContext);';
    const source = orchestrator(
      `${kept} await context.CallActivityAsync("A").ConfigureAwait(false); return await Call(context)\n.ConfigureAwait(ConfigureAwaitOptions.None);`,
      'static Task Call(TaskOrchestrationContext c) => Run(c.CallActivityAsync("B").ConfigureAwait(continueOnCapturedContext: false));',
    );
    const findings = await check(source);
    assert.deepEqual(findings.map(({ cause, message }) => [cause, message.slice(0, message.indexOf(':'))]).sort(), [
      ['leftContext', 'ConfigureAwait(ConfigureAwaitOptions.None)'],
      ['leftContext', 'ConfigureAwait(continueOnCapturedContext'],
      ['leftContext', 'ConfigureAwait(false)'],
    ]);
    let mended = source;
    const edits = findings.flatMap(({ fixes }) => fixes[0]?.edits ?? []).sort((a, b) => b.start - a.start);
    for (const { start, end, text } of edits) mended = mended.slice(0, start) + text + mended.slice(end);
    assert.match(mended, /await context\.CallActivityAsync\("A"\); return await Call\(context\);/);
    assert.deepEqual(await told(mended), []);
  });

  describe('a timer with a date', () => {
    const timer = (date: string): string => `await context.CreateTimer(${date}, CancellationToken.None);`;
    const unzoned: readonly string[] = [
      timer('new DateTime(2026, 12, 24)'),
      timer('new System.DateTime(2026, 12, 24, 9, 0, 0).AddDays(1).AddHours(2)'),
      timer('DateTime.Parse("2026-12-24T09:00:00")'),
      timer('DateTime.Parse("2026-12-24")'),
      timer('day.ToDateTime(new TimeOnly(9, 0))'),
      timer('(day.ToDateTime(TimeOnly.MinValue))'),
      `DateTime due = new(2026, 12, 24); ${timer('due')}`,
      `var due = new DateTime(2026, 12, 24); if (x) { ${timer('due.AddDays(1)')} }`,
    ];
    for (const body of unzoned) {
      it(`that has no zone is found, and made one of UTC: ${body}`, async () => {
        const source = orchestrator(body);
        const [finding, ...others] = await check(source);
        assert.ok(finding !== undefined && others.length === 0);
        assert.equal(finding.cause, 'dateWithoutZone');
        const [edit] = finding.fixes[0]?.edits ?? [];
        assert.ok(edit !== undefined);
        const mended = source.slice(0, edit.start) + edit.text + source.slice(edit.end);
        assert.match(mended, /CreateTimer\(DateTime\.SpecifyKind\(.*, DateTimeKind\.Utc\), CancellationToken\.None\);/);
        assert.deepEqual(await told(mended), []);
      });
    }

    const zoned: readonly string[] = [
      timer('new DateTime(2026, 12, 24, 9, 0, 0, DateTimeKind.Utc)'),
      timer('DateTime.SpecifyKind(new DateTime(2026, 12, 24), DateTimeKind.Utc)'),
      timer('context.CurrentUtcDateTime.AddDays(1)'),
      timer('DateTime.Parse("2026-12-24T09:00:00Z")'),
      timer('DateTime.Parse("2026-12-24T09:00:00+01:00")'),
      timer('DateTime.Parse("2026-12-24 09:00", null, DateTimeStyles.AssumeUniversal)'),
      timer('DateTime.Parse(text)'),
      timer('TimeSpan.FromDays(1)'),
      timer('new DateTime(2026, 12, 24).Subtract(context.CurrentUtcDateTime)'),
      `DateTime due = new(2026, 12, 24); due = context.CurrentUtcDateTime; ${timer('due')}`,
      'var year = new DateTime(2026, 1, 1); Told(year);',
    ];
    for (const body of zoned) {
      it(`that has one, or may have, is passed over: ${body}`, async () => {
        assert.deepEqual(await told(orchestrator(body)), []);
      });
    }
  });

  it('names an orchestrator by its attribute, its class or its registration', async () => {
    const names = async (source: string): Promise<readonly string[]> =>
      (await check(source)).flatMap((each) => each.orchestrators);
    const run = 'public override Task<string> RunAsync(TaskOrchestrationContext context, string input) => DateTime.Now;';
    assert.deepEqual(await names(orchestrator('var a = DateTime.Now;')), ['Story']);
    assert.deepEqual(
      await names('class A { [Function("B")] void C([OrchestrationTriggerAttribute] object c) => DateTime.Now.Do(); }'),
      ['B'],
    );
    assert.deepEqual(await names(`class Hello : TaskOrchestrator<string, string> { ${run} }`), ['Hello']);
    assert.deepEqual(await names(`[DurableTask("Greets")] class Hello : TaskOrchestrator<string, string> { ${run} }`), [
      'Greets',
    ]);
    assert.deepEqual(await names('tasks.AddOrchestratorFunc("Added", context => Task.FromResult(DateTime.Now));'), ['Added']);
    assert.deepEqual(
      await names(
        `tasks.AddOrchestratorFunc<string>("Grouped", Code.Run); static class Code { static object Run(Context c) => DateTime.Now; }`,
      ),
      ['Grouped'],
    );
    assert.deepEqual(await names('class Other { public Task<string> RunAsync(string input) => DateTime.Now; }'), []);
  });

  it('follows the calls of methods in the app, and tells the way', async () => {
    const source = {
      'A.cs': orchestrator(
        'return Stamp() + Tools.Name(context) + Tools.Fine();',
        'static string Stamp() { return DateTime.Now.ToString(); }',
      ),
      'B.cs': `static class Tools
        {
            public static string Name(TaskOrchestrationContext c) => Deep(c, 1);
            public static string Fine() => "fine";
            static string Deep(TaskOrchestrationContext c, int depth) => depth > 9 ? Guid.NewGuid().ToString() : Deep(c, depth + 1);
            static string Unused() => File.ReadAllText("x");
        }`,
    };
    const findings = await check(source);
    assert.deepEqual(
      findings.map(({ cause, file, related }) => [cause, file, ...related.map(({ message, file: at }) => `${message} ${at}`)]),
      [
        ['currentTime', 'A.cs', "'Stamp' is called here. A.cs"],
        ['uuid', 'B.cs', "'Deep' is called here. B.cs", "'Name' is called here. A.cs"],
      ],
    );
  });

  it('knows what fields, parameters and variables are', async () => {
    const members =
      'static readonly HttpClient client = new(); readonly BlobServiceClient _blobs; private static Random dice = new(7);';
    const body =
      'await client.GetAsync(url); this._blobs.GetBlobContainerClient("a"); Random mine = new(); mine.Next(); names.Add("x");';
    assert.deepEqual(await told(orchestrator(body, members)), [
      'network: client.GetAsync',
      'network: this._blobs.GetBlobContainerClient',
      'random: new()',
      'random: mine.Next',
    ]);
    assert.deepEqual(
      await told(
        'public class Story(HttpClient http) : TaskOrchestrator<int, int> { public override Task<int> RunAsync(C c, int i) => http.Send(i); }',
      ),
      ['network: http.Send'],
    );
  });

  it('knows types of the app from those of .NET, and aliases', async () => {
    assert.deepEqual(
      await told(orchestrator('File.Read(); Process.Do(); Clock.Now();', '', 'class File { } class Process { }')),
      [],
    );
    assert.deepEqual(await told(orchestrator('var now = DT.UtcNow;', '', 'using DT = System.DateTime;')), [
      'currentTime: DT.UtcNow',
    ]);
    assert.deepEqual(await told(orchestrator('var x = Process.Name;', 'Shop Process { get; }')), []);
  });

  it('finds what blocks on a task of the context, and lets results be that are there', async () => {
    const body = `
      var a = context.CallActivityAsync<int>("A");
      var b = context.CallActivityAsync<int>("B");
      await Task.WhenAll(a, b);
      var sum = a.Result + b.Result + answer.Result.Length;
      context.CreateTimer(x, y).Wait();
      var c = context.CallSubOrchestratorAsync<int>("C").Result;`;
    assert.deepEqual(await told(orchestrator(body)), [
      'blocked: context.CreateTimer(x, y).Wait',
      'blocked: context.CallSubOrchestratorAsync<int>("C").Result',
    ]);
  });

  it('looks into what makes objects of the app, into their methods and their properties', async () => {
    const types = `
      record Order { public Guid Id { get; init; } = Guid.NewGuid(); public string Name { get; set; } = ""; public bool IsLate => Due < DateTime.Now; }
      class Price { readonly int cents; static readonly DateTime begun = DateTime.UtcNow; public Price() { cents = Random.Shared.Next(); } public Price(int of) { cents = of; }
        public int Today() => DateTime.Today.Day; }
      static class Clock { public static DateTime Now => DateTime.UtcNow; }`;
    const told2 = async (body: string): Promise<string[]> => {
      const source = orchestrator(body, 'DateTime Due { get { return DateTime.Now; } } static string Kept => "";', types);
      return (await check(source)).map(({ cause, related }) => `${cause}: ${related.at(-1)?.message ?? ''}`);
    };
    assert.deepEqual(await told2('var a = new Order();'), ["uuid: 'Id' is made here."]);
    assert.deepEqual(await told2('var a = new Order { Id = context.NewGuid() }; Use(a.Name, Kept);'), []);
    assert.deepEqual(await told2('Order a = Get(); if (a.IsLate) return "";'), ["currentTime: 'IsLate' is read here."]);
    assert.deepEqual(await told2('Price a = new();'), ["random: 'Price' is made here."]);
    assert.deepEqual(await told2('Price a = new(5);'), []);
    assert.deepEqual(await told2('var a = new Price(5).Today();'), ["currentTime: 'Today' is called here."]);
    assert.deepEqual(await told2('var a = Clock.Now;'), ["currentTime: 'Now' is read here."]);
    assert.deepEqual(await told2('var a = Due;'), ["currentTime: 'Due' is read here."]);
  });

  it('knows seeds and settings by what they are given', async () => {
    assert.deepEqual(await told(orchestrator('var dice = new Random(7); var a = dice.Next(6);')), []);
    const body = 'var a = context.InstanceId.GetHashCode(); string b = ""; b.GetHashCode(); int c = 1; c.GetHashCode();';
    assert.deepEqual(await told(orchestrator(body)), ['random: context.InstanceId.GetHashCode', 'random: b.GetHashCode']);
    assert.deepEqual(await told(orchestrator('var stop = new CancellationTokenSource(); stop.CancelAfter(5); stop.Cancel();')), [
      'timer: stop.CancelAfter',
    ]);
    assert.deepEqual(await told(orchestrator('var a = settings["Key"];', 'readonly IConfiguration settings;')), [
      'environment: settings["Key"]',
    ]);
  });

  it('says what of the class changes behind its back', async () => {
    const members =
      'static int count; static readonly int Most = 3; const int Least = 1; public static string Last { get; set; }';
    assert.deepEqual(await told(orchestrator('count++; var a = Most + Least; var b = Last; var total = a;', members)), [
      'globalState: count',
      'globalState: Last',
    ]);
    assert.deepEqual(await told(orchestrator('int count = 0; count++;', members)), []);
  });

  it('is silenced by comments, at the place or at the call that leads to it', async () => {
    const stamp = 'static string Stamp() => DateTime.Now.ToString();';
    assert.deepEqual(await told(orchestrator('// durascope-ignore-next-line currentTime\nvar a = DateTime.Now;')), []);
    assert.deepEqual(await told(orchestrator('var a = DateTime.Now; // durascope-ignore-line')), []);
    assert.deepEqual(await told(orchestrator('return Stamp(); // durascope-ignore-line currentTime', stamp)), []);
    assert.deepEqual(await told(orchestrator('var a = DateTime.Now; // durascope-ignore-line random')), [
      'currentTime: DateTime.Now',
    ]);
  });

  it('offers what to write instead', async () => {
    const fixed = async (body: string): Promise<string> => {
      const source = orchestrator(body);
      const [fix] = (await check(source)).flatMap((each) => each.fixes);
      const [edit] = fix?.edits ?? [];
      assert.ok(edit);
      const text = source.slice(0, edit.start) + edit.text + source.slice(edit.end);
      return (
        text
          .slice(text.indexOf('{', text.indexOf('context)')) + 1)
          .trim()
          .split('\n')[0] ?? ''
      );
    };
    assert.equal(await fixed('var a = DateTime.UtcNow.AddDays(1);'), 'var a = context.CurrentUtcDateTime.AddDays(1);');
    assert.equal(await fixed('var a = Guid.NewGuid();'), 'var a = context.NewGuid();');
    assert.equal(
      await fixed('await Task.Delay(500);'),
      'await context.CreateTimer(TimeSpan.FromMilliseconds(500), CancellationToken.None);',
    );
    assert.equal(await fixed('var a = DateTime.Today;'), 'var a = context.CurrentUtcDateTime.Date;');
    assert.equal(await fixed('var a = DateTimeOffset.UtcNow;'), 'var a = new DateTimeOffset(context.CurrentUtcDateTime);');
    assert.equal(
      await fixed('await Task.Delay(TimeSpan.FromDays(1), stop.Token);'),
      'await context.CreateTimer(TimeSpan.FromDays(1), stop.Token);',
    );
    assert.equal(
      await fixed('Thread.Sleep(500);'),
      'await context.CreateTimer(TimeSpan.FromMilliseconds(500), CancellationToken.None);',
    );
    assert.match(
      await fixed('TimeSpan w = A(); await Task.Delay(w);'),
      /await context\.CreateTimer\(w, CancellationToken\.None\);$/,
    );
    assert.match(await fixed('int w = 5; await Task.Delay(w);'), /CreateTimer\(TimeSpan\.FromMilliseconds\(w\), /);
    assert.equal(
      await fixed('var a = context.CallActivityAsync<int>("A").Result;'),
      'var a = await context.CallActivityAsync<int>("A");',
    );
    assert.equal(
      await fixed('var a = context.CallActivityAsync<string>("A").GetAwaiter().GetResult().Length;'),
      'var a = (await context.CallActivityAsync<string>("A")).Length;',
    );
    assert.equal(await fixed('context.CreateTimer(a, b).Wait();'), 'await context.CreateTimer(a, b);');
    assert.equal(await fixed('Task.WaitAll(a, b);'), 'await Task.WhenAll(a, b);');
  });

  it('offers nothing that would not compile', async () => {
    for (const body of [
      'await Task.Delay(wait);',
      'static Guid Id() => Guid.NewGuid(); Use(Id());',
      'Use(static () => DateTime.UtcNow);',
      'Use(() => context.CallActivityAsync<int>("A").Result);',
      'var first = Task.WaitAny(a, b);',
    ]) {
      const found = await check(orchestrator(body));
      assert.deepEqual(
        found.map(({ fixes }) => fixes.length),
        [0],
        body,
      );
    }
  });

  it('finds places in text with characters of two units, and in text that is half typed', async () => {
    assert.deepEqual(await told(orchestrator('var a = "😀é"; var b = DateTime.Now;')), ['currentTime: DateTime.Now']);
    const half = orchestrator('var a = DateTime.Now; var b = context.CallActivityAsync<string>(nameof(');
    assert.deepEqual(
      (await told(half)).filter((each) => !each.startsWith('currentTime')),
      [],
    );
    for (let end = 0; end < half.length; end += 7) await check(half.slice(0, end));
  });

  it('says why and what to do, in the words of .NET', async () => {
    const [finding] = await check(orchestrator('var a = DateTime.Now;'));
    assert.match(finding?.message ?? '', /^DateTime\.Now: .*clock.*context\.CurrentUtcDateTime/);
  });
});
