#!/usr/bin/env bash
# Guess: an orchestrator in C# that calls a child which is then terminated can catch that as a TaskFailedException, as it can a failed activity;
# the protocol has the failure without details for it (that is what the Functions extension sends, FailureDetails is null in its table).
# Is: the package makes a TaskFailedException of an activity that failed without details, "(unknown)" in it; with a child the orchestration is over with
# a NullReferenceException of the package's own, which no catch of the code takes, not even catch (Exception).
. "$(dirname "$0")/support/dotnet.sh"
version=1.28.0
project Microsoft.DurableTask.Worker.Grpc "$version"
cat > Program.cs <<'CS'
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Worker.Grpc;
using P = Microsoft.DurableTask.Protobuf;

string Run(bool child)
{
    int at = 0;
    P.HistoryEvent Event(Action<P.HistoryEvent> set)
    {
        P.HistoryEvent one = new() { EventId = -1, Timestamp = Timestamp.FromDateTime(DateTime.UnixEpoch.AddSeconds(at++)) };
        set(one);
        return one;
    }
    P.OrchestratorRequest request = new() { InstanceId = "one", ExecutionId = "run" };
    request.PastEvents.Add(Event(e => e.OrchestratorStarted = new()));
    request.PastEvents.Add(Event(e => e.ExecutionStarted = new() { Name = "Parent", OrchestrationInstance = new() { InstanceId = "one", ExecutionId = "run" } }));
    request.PastEvents.Add(Event(e =>
    {
        e.EventId = 0;
        if (child) e.SubOrchestrationInstanceCreated = new() { InstanceId = "two", Name = "Work" };
        else e.TaskScheduled = new() { Name = "Work" };
    }));
    request.NewEvents.Add(Event(e => e.OrchestratorStarted = new()));
    request.NewEvents.Add(Event(e =>
    {
        if (child) e.SubOrchestrationInstanceFailed = new() { TaskScheduledId = 0 };
        else e.TaskFailed = new() { TaskScheduledId = 0 };
    }));
    string answer = GrpcOrchestrationRunner.LoadAndRun<object, string>(Convert.ToBase64String(request.ToByteArray()), async (context, _) =>
    {
        try
        {
            if (child) await context.CallSubOrchestratorAsync("Work", options: new SubOrchestrationOptions { InstanceId = "two" });
            else await context.CallActivityAsync("Work");
            return "nothing thrown";
        }
        catch (TaskFailedException e) { return $"TaskFailedException {e.FailureDetails.ErrorType}"; }
        catch (Exception e) { return e.GetType().Name; }
    });
    P.CompleteOrchestrationAction end = P.OrchestratorResponse.Parser.ParseFrom(Convert.FromBase64String(answer)).Actions.Single().CompleteOrchestration;
    return $"{end.OrchestrationStatus} {end.FailureDetails?.ErrorType} {end.Result}";
}
Console.WriteLine($"activity={Run(false)} child={Run(true)}");
CS
build
is "Microsoft.DurableTask.Worker.Grpc $version" "$(run)" 'activity=Completed  "TaskFailedException (unknown)" child=Failed System.NullReferenceException Object reference not set to an instance of an object.'
