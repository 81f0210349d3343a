#!/usr/bin/env bash
# Guess: an isolated C# app with Microsoft.Azure.Functions.Worker and Microsoft.Azure.Functions.Worker.ApplicationInsights, both 2.51.0, runs:
# they are of one version, and restore and build say nothing.
# Is: ApplicationInsights 2.51.0 asks for Worker.Core 2.52.0, which Worker 2.51.0 takes without a warning; but Worker.Grpc stays 2.51.0, and calls a
# constructor that Core has no longer, for each invocation: every function fails with MissingMethodException, the app starts and lists its functions
# as ever. Worker 2.52.0 fits. (Seen with a host: an orchestrator ends Failed in its first episode. Here the step that every invocation begins with.)
. "$(dirname "$0")/support/dotnet.sh"
seen() { # version of Worker
  project Microsoft.Azure.Functions.Worker "$1" Microsoft.Azure.Functions.Worker.ApplicationInsights 2.51.0
  cat > Program.cs <<'CS'
using System.Reflection;
Assembly grpc = Assembly.Load("Microsoft.Azure.Functions.Worker.Grpc");
Type request = grpc.GetType("Microsoft.Azure.Functions.Worker.Grpc.Messages.InvocationRequest", true)!;
Type invocation = grpc.GetType("Microsoft.Azure.Functions.Worker.Grpc.GrpcFunctionInvocation", true)!;
object message = Activator.CreateInstance(request)!;
PropertyInfo trace = request.GetProperty("TraceContext")!;
trace.SetValue(message, Activator.CreateInstance(trace.PropertyType));
string Version(string name) => Assembly.Load("Microsoft.Azure.Functions.Worker." + name).GetName().Version!.ToString(3);
string result = "made";
try
{
    Activator.CreateInstance(invocation, BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic, null, [message], null);
}
catch (TargetInvocationException thrown)
{
    result = thrown.InnerException!.GetType().Name;
}
Console.WriteLine($"Core {Version("Core")}, Grpc {Version("Grpc")}: {result}");
CS
  build
  echo "Worker $1, $(grep -c 'warning NU160[58]' built.txt || true) warnings of versions, $(run)"
}
older=$(seen 2.51.0)
newer=$(seen 2.52.0)
printf 'ApplicationInsights 2.51.0\n%s\n%s\n' "$older" "$newer"
[ "$older" = "Worker 2.51.0, 0 warnings of versions, Core 2.52.0, Grpc 2.51.0: MissingMethodException" ] &&
  [ "$newer" = "Worker 2.52.0, 0 warnings of versions, Core 2.52.0, Grpc 2.52.0: made" ] || { echo "CHANGED"; exit 1; }
