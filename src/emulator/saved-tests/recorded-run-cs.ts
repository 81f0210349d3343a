/**
 * What tests of C# apps replay recordings with: a source file in the test's own project, so that it needs no package beyond those of the app. The
 * package of the app replays; here is told from its answers where they part from the history, by the rules of replay/program-run.ts.
 */
export const recordedRunFile = 'RecordedRun.cs';
/** Of the recordings that it reads. */
export const recordedRunFormat = 1;

export const recordedRunText = String.raw`// Written by Durascope, once for all recorded runs that this project replays. What it uses comes with the app's own packages.
#nullable enable
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using Google.Protobuf;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Converters;
using Microsoft.DurableTask.Worker;
using Microsoft.DurableTask.Worker.Grpc;
using Microsoft.DurableTask.Worker.Shims;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using P = Microsoft.DurableTask.Protobuf;

/// <summary>A recorded run of an orchestrator, held against the code as it is now. No activity runs.</summary>
internal sealed class RecordedRun
{
    private sealed record Asked(int Id, string Kind, string Name, string Text);

    private sealed record Row(string Type, P.HistoryEvent? Event, Asked? Asked);

    private readonly string file;
    private readonly string orchestrator;
    private readonly string instanceId;
    private readonly string executionId;
    private readonly string? end;
    private readonly List<Row> rows = [];
    /// <summary>Rows given to the code each time that it goes on.</summary>
    private readonly List<int> moments = [];
    private int last;
    private readonly Func<ITaskOrchestrator> create;
    private readonly IServiceProvider services;

    /// <summary>Fails where the code goes another way than the recording, and says where and why.</summary>
    /// <param name="file">The recording, seen from the folder of the test.</param>
    /// <param name="app">The assembly with the orchestrator.</param>
    /// <param name="input">The type of the orchestrator's input, where it is not found in its code.</param>
    /// <param name="services">What Program.cs registers and orchestrators need: what they take in their constructors, JsonSerializerOptions.</param>
    public static void Replay(
        string file, string app, Type? input = null, Action<IServiceCollection>? services = null, [CallerFilePath] string test = "")
        => new RecordedRun(Found(file, test), Assembly.Load(app), input, services).Check();

    private RecordedRun(string file, Assembly app, Type? input, Action<IServiceCollection>? configure)
    {
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(file));
        JsonElement root = json.RootElement;
        if (root.GetProperty("format").GetInt32() != ${recordedRunFormat})
            throw Failure($"{file} was written by another version of Durascope than RecordedRun.cs: remove that, and save the run as a test anew.");
        this.file = Path.GetFileName(file);
        orchestrator = root.GetProperty("orchestrator").GetString()!;
        instanceId = root.GetProperty("instanceId").GetString()!;
        executionId = root.GetProperty("executionId").GetString()!;
        end = root.GetProperty("end").GetString();
        foreach (JsonElement row in root.GetProperty("rows").EnumerateArray())
        {
            P.HistoryEvent? told = row.TryGetProperty("event", out JsonElement bytes)
                ? P.HistoryEvent.Parser.ParseFrom(bytes.GetBytesFromBase64())
                : null;
            Asked? asked = row.TryGetProperty("asked", out JsonElement call)
                ? new Asked(
                    call.GetProperty("id").GetInt32(),
                    call.GetProperty("kind").GetString()!,
                    call.GetProperty("name").GetString()!,
                    call.GetProperty("text").GetString()!)
                : null;
            rows.Add(new Row(row.GetProperty("row").GetString()!, told, asked));
            if (row.TryGetProperty("goesOn", out _)) moments.Add(rows.Count);
        }
        if (moments.Count == 0) moments.Add(rows.Count);
        services = Services(configure);
        create = Find(app, orchestrator, input, services);
    }

    /// <summary>As in a function app.</summary>
    private static IServiceProvider Services(Action<IServiceCollection>? configure)
    {
        var services = new ServiceCollection();
        services.AddLogging().Configure<JsonSerializerOptions>(json => json.PropertyNameCaseInsensitive = true);
        services.AddOptions<DurableTaskWorkerOptions>().Configure<IOptions<JsonSerializerOptions>>((worker, json) =>
        {
            worker.EnableEntitySupport = true;
            worker.DataConverter = new JsonDataConverter(json.Value);
        });
        services.AddSingleton(all => new DurableTaskShimFactory(all.GetRequiredService<IOptions<DurableTaskWorkerOptions>>().Value));
        configure?.Invoke(services);
        return services.BuildServiceProvider();
    }

    private void Check()
    {
        // Once it has ended, an orchestration stays so, whatever else it is given.
        last = First(0, moments.Count - 1, moment => EndOf(Ask(moment)) is not null);
        P.OrchestratorResponse atEnd = Ask(last);
        AssertInputIsKnown(atEnd);
        P.CompleteOrchestrationAction? refusal = Refusal(rows.Count, atEnd);
        if (refusal is not null || FirstOther(last, EndOf(atEnd) is not null) is not null)
            Explain(First(0, last, each => FirstOther(each, false) is not null || Refusal(Until(each), Ask(each)) is not null), refusal);
        P.CompleteOrchestrationAction? now = EndOf(atEnd);
        string? status = now is null ? null : Status(now);
        int endRow = rows.FindLastIndex(row => row.Type == "ExecutionCompleted") + 1;
        if (end == "Completed" && status is null)
        {
            Asked? extra = AskedBy(atEnd).Values.FirstOrDefault(each => !rows.Any(row => row.Asked?.Id == each.Id));
            throw Parted(endRow, "the end of the orchestration", extra?.Text ?? "it goes on waiting", extra is null ? null : "Added call.");
        }
        if (end == "Completed" && status == "Failed")
            throw Parted(endRow, "the end of the orchestration", $"it fails: {now!.FailureDetails?.ErrorMessage ?? now.Result}", null);
        if (end == "Failed" && (status is "Completed" or "ContinuedAsNew"))
            throw Parted(endRow, "a failure", status == "Completed" ? "it completes" : "it continues as new", null);
    }

    private void Explain(int moment, P.CompleteOrchestrationAction? refusal)
    {
        bool isRefused = refusal is not null || EndOf(Ask(moment)) is not null;
        (int row, Asked recorded, Asked? now)? found = FirstOther(moment, isRefused);
        if (found is not (int at, Asked recorded, var asked))
            throw Parted(Until(moment), "what the history holds", refusal?.FailureDetails?.ErrorMessage ?? refusal?.Result, null);
        bool isLater = asked is not null && rows.Skip(at + 1).Any(row => row.Asked?.Kind == asked.Kind && row.Asked.Name == asked.Name);
        P.CompleteOrchestrationAction? ended = EndOf(Ask(moment));
        string? cause = string.Join(";", AskedBy(Ask(moment)).Values) != string.Join(";", AskedBy(Run(moments[moment], withAsked: false)).Values)
            ? "Not deterministic: replayed twice, the code asks for something else each time. Does it use the time, random values or anything else outside of the orchestration?"
            : asked is null ? ended is not null && Status(ended) == "Failed" ? null : "Removed call: the code no longer makes it."
            : isLater ? "Removed call, or changed order of calls: what the code asks for now comes later in the history."
            : asked.Kind == recorded.Kind ? "Renamed call, or one was added before it."
            : "Another kind of call, or one was added before it.";
        string? instead = asked?.Text ?? (ended is null ? null : $"nothing: it has {Ended(ended)}");
        throw Parted(at + 1, recorded.Text, instead, cause);
    }

    private static string Ended(P.CompleteOrchestrationAction now)
        => Status(now) == "Failed" ? $"failed: {now.FailureDetails?.ErrorMessage ?? now.Result}" : "ended";

    private Exception Parted(int row, string recorded, string? now, string? cause)
        => Failure(string.Join(
            Environment.NewLine,
            new[]
            {
                $"{orchestrator} '{instanceId}' no longer goes the way that {file} recorded.",
                $"  row       {row}",
                $"  recorded  {recorded}",
                $"  now       {now ?? "nothing"}",
                cause is null ? null : $"  cause     {cause}",
                "Instances that run while the change is deployed would fail there. Let them end first, or give the changed orchestrator a new name and",
                "keep the old one beside it. Is the change wanted? Then save the run as a test anew.",
            }.Where(line => line is not null)));

    private static Exception Failure(string text) => new Xunit.Sdk.XunitException(text);

    /// <summary>The first row whose call the code has not asked for by then; of those that it may have given up, only what was refused.</summary>
    private (int, Asked, Asked?)? FirstOther(int moment, bool isRefused)
    {
        Dictionary<int, Asked> asked = AskedBy(Ask(moment));
        if (moment > 0)
            foreach (Asked before in AskedBy(Ask(moment - 1)).Values) asked.TryAdd(before.Id, before);
        int until = Until(moment);
        for (int row = 0; row < until; row++)
        {
            if (rows[row].Asked is not { } recorded) continue;
            Asked? now = asked.GetValueOrDefault(recorded.Id);
            bool isOther = now is null
                ? isRefused && recorded.Kind != "timer"
                : now.Kind != recorded.Kind || !now.Name.Equals(recorded.Name, StringComparison.OrdinalIgnoreCase);
            if (isOther) return (row, recorded, now);
        }
        return null;
    }

    /// <summary>What the package itself says against the history: a failure that it does not come to without the rows.</summary>
    private P.CompleteOrchestrationAction? Refusal(int count, P.OrchestratorResponse plain)
    {
        P.CompleteOrchestrationAction? refused = EndOf(Run(count, withAsked: true));
        if (refused is null || Status(refused) != "Failed") return null;
        P.CompleteOrchestrationAction? other = EndOf(plain);
        bool isSame = other is not null && Status(other) == "Failed" && other.FailureDetails?.ErrorMessage == refused.FailureDetails?.ErrorMessage;
        return isSame ? null : refused;
    }

    /// <summary>Rows until the code next goes on.</summary>
    private int Until(int moment) => moment < last ? moments[moment + 1] - 1 : rows.Count;

    private readonly Dictionary<int, P.OrchestratorResponse> answers = [];

    private P.OrchestratorResponse Ask(int moment)
    {
        if (!answers.TryGetValue(moment, out P.OrchestratorResponse? answer)) answers[moment] = answer = Run(moments[moment], withAsked: false);
        return answer;
    }

    private P.OrchestratorResponse Run(int count, bool withAsked)
    {
        var request = new P.OrchestratorRequest
        {
            InstanceId = instanceId,
            ExecutionId = executionId,
            EntityParameters = new() { EntityMessageReorderWindow = new() { Seconds = 30 * 60 } },
        };
        P.HistoryEvent? started = null;
        foreach (Row row in rows.Take(count))
        {
            if (row.Type == "OrchestratorStarted") started = row.Event;
            if (row.Event is not null && (withAsked || row.Asked is null)) request.PastEvents.Add(row.Event);
        }
        request.NewEvents.Add(new P.HistoryEvent { EventId = -1, Timestamp = started?.Timestamp ?? new(), OrchestratorStarted = new() });
        string answer = GrpcOrchestrationRunner.LoadAndRun(Convert.ToBase64String(request.ToByteArray()), create(), services);
        return P.OrchestratorResponse.Parser.ParseFrom(Convert.FromBase64String(answer));
    }

    private static int First(int low, int high, Func<int, bool> isIt)
    {
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (isIt(middle)) high = middle;
            else low = middle + 1;
        }
        return high;
    }

    private static P.CompleteOrchestrationAction? EndOf(P.OrchestratorResponse answer)
        => answer.Actions.LastOrDefault(action => action.CompleteOrchestration is not null)?.CompleteOrchestration;

    private static string Status(P.CompleteOrchestrationAction end) => end.OrchestrationStatus.ToString();

    private static Dictionary<int, Asked> AskedBy(P.OrchestratorResponse answer)
    {
        var all = new Dictionary<int, Asked>();
        foreach (P.OrchestratorAction action in answer.Actions)
        {
            (string kind, string name, string text)? call = action switch
            {
                { ScheduleTask: { } it } => ("activity", it.Name, $"activity {it.Name}"),
                { CreateTimer: not null } => ("timer", "", "timer"),
                { CreateSubOrchestration: { } it } => ("sub-orchestration", it.Name, $"sub-orchestration {it.Name}"),
                { SendEvent: { } it } => ("event", it.Name, Sent(it)),
                _ => null,
            };
            if (call is var (what, named, words)) all[action.Id] = new Asked(action.Id, what, named, $"{words} #{action.Id}");
        }
        return all;
    }

    /// <summary>What goes to an entity is an event in a history.</summary>
    private static string Sent(P.SendEventAction it)
    {
        if (it.Instance?.InstanceId.StartsWith('@') != true) return $"event {it.Name}";
        if (it.Name == "release") return "entity release";
        using JsonDocument json = JsonDocument.Parse(it.Data is { Length: > 0 } ? it.Data : "{}");
        JsonElement message = json.RootElement;
        if (message.TryGetProperty("lockset", out _)) return "entity lock";
        bool isSignal = message.TryGetProperty("signal", out JsonElement signal) && signal.ValueKind == JsonValueKind.True;
        string operation = message.TryGetProperty("op", out JsonElement op) ? op.GetString() ?? "" : "";
        return $"entity {(isSignal ? "signal" : "call")} {operation}";
    }

    private void AssertInputIsKnown(P.OrchestratorResponse answer)
    {
        if (EndOf(answer)?.FailureDetails is not { ErrorType: "System.InvalidCastException" } why || !why.ErrorMessage.Contains("JsonElement")) return;
        throw Failure($"It is not found in the code what type the input of {orchestrator} has. Say so in the test: RecordedRun.Replay(…, input: typeof(…)). ({why.ErrorMessage})");
    }

    private static string Found(string file, string test)
    {
        string beside = Path.Combine(Path.GetDirectoryName(test) ?? "", file);
        if (File.Exists(beside)) return beside;
        // Builds may leave out where sources stand.
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, file))) return Path.Combine(folder.FullName, file);
        throw Failure($"The recording {file} is not there, neither beside {test} nor above {AppContext.BaseDirectory}.");
    }

    private static Func<ITaskOrchestrator> Find(Assembly app, string name, Type? input, IServiceProvider services)
    {
        const BindingFlags all = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;
        bool IsNamed(string? other) => name.Equals(other, StringComparison.OrdinalIgnoreCase);
        var known = new SortedSet<string>();
        foreach (Type type in app.GetTypes())
        {
            if (type.IsAbstract || !typeof(ITaskOrchestrator).IsAssignableFrom(type)) continue;
            CustomAttributeData? named = type.CustomAttributes.FirstOrDefault(each => each.AttributeType.Name == "DurableTaskAttribute");
            string own = named?.ConstructorArguments.FirstOrDefault().Value?.ToString() is { Length: > 0 } given ? given : type.Name;
            known.Add(own);
            if (IsNamed(own)) return () => (ITaskOrchestrator)ActivatorUtilities.CreateInstance(services, type);
        }
        foreach (MethodInfo method in app.GetTypes().SelectMany(type => type.GetMethods(all)))
        {
            CustomAttributeData? function = method.CustomAttributes.FirstOrDefault(each => each.AttributeType.Name == "FunctionAttribute");
            if (function?.ConstructorArguments.FirstOrDefault().Value is not string own) continue;
            if (!method.GetParameters().Any(each => each.CustomAttributes.Any(it => it.AttributeType.Name == "OrchestrationTriggerAttribute"))) continue;
            known.Add(own);
            if (IsNamed(own)) return () => new Function(method, input ?? InputOf(method), services);
        }
        throw Failure($"{app.GetName().Name} has no orchestrator '{name}' any more: it has {string.Join(", ", known)}. Was it renamed? Running instances would not find it.");
    }

    private static bool IsInput(ParameterInfo parameter)
        => !typeof(TaskOrchestrationContext).IsAssignableFrom(parameter.ParameterType)
            && parameter.ParameterType != typeof(CancellationToken)
            && parameter.ParameterType.Name != "FunctionContext";

    /// <summary>Of the parameter, or what the code asks the context for: the package reads the input before the code says what it is.</summary>
    private static Type InputOf(MethodInfo method)
    {
        if (method.GetParameters().FirstOrDefault(IsInput) is { } parameter) return parameter.ParameterType;
        const BindingFlags all = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;
        IEnumerable<MethodBase> own = method.GetCustomAttribute<StateMachineAttribute>()?.StateMachineType.GetMethods(all) ?? [];
        IEnumerable<MethodBase> around = method.DeclaringType!.GetNestedTypes(all).Append(method.DeclaringType).SelectMany(type => type.GetMethods(all));
        return own.Append(method).Concat(around).SelectMany(InputsIn).FirstOrDefault() ?? typeof(object);
    }

    /// <summary>Types for which a method calls GetInput.</summary>
    private static IEnumerable<Type> InputsIn(MethodBase method)
    {
        const byte call = 0x28, callVirtual = 0x6F, genericMethod = 0x2B;
        byte[] code = method.GetMethodBody()?.GetILAsByteArray() ?? [];
        for (int at = 0; at + 4 < code.Length; at++)
        {
            if (code[at] is not (call or callVirtual) || code[at + 4] != genericMethod) continue;
            MethodBase? called = null;
            try
            {
                called = method.Module.ResolveMethod(BitConverter.ToInt32(code, at + 1));
            }
            catch (ArgumentException)
            {
                // No call after all: bytes that look like one.
            }
            if (called is { Name: "GetInput" } && typeof(TaskOrchestrationContext).IsAssignableFrom(called.DeclaringType))
                yield return called.GetGenericArguments()[0];
        }
    }

    private sealed class Function(MethodInfo method, Type input, IServiceProvider services) : ITaskOrchestrator
    {
        public Type InputType => input;

        public Type OutputType => typeof(object);

        public async Task<object?> RunAsync(TaskOrchestrationContext context, object? value)
        {
            object? target = method.IsStatic ? null : ActivatorUtilities.CreateInstance(services, method.DeclaringType!);
            object?[] given = [.. method.GetParameters().Select(each => Given(each, context, value))];
            object? result = method.Invoke(target, BindingFlags.DoNotWrapExceptions, null, given, null);
            if (result is not Task task) return result;
            await task;
            return method.ReturnType.IsGenericType ? task.GetType().GetProperty("Result")!.GetValue(task) : null;
        }

        private static object? Given(ParameterInfo parameter, TaskOrchestrationContext context, object? value)
        {
            if (typeof(TaskOrchestrationContext).IsAssignableFrom(parameter.ParameterType)) return context;
            if (IsInput(parameter)) return value;
            return parameter.ParameterType == typeof(CancellationToken) ? CancellationToken.None : null;
        }
    }
}
`;
