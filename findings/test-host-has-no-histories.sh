#!/usr/bin/env bash
# Guess: in a test on Microsoft.DurableTask.InProcessTestHost GetOrchestrationHistoryAsync gives the events of an orchestration that has ended, as it
# does with the Durable Task Scheduler: a test may count the activities that ran, or keep the history to replay it later.
# Is: no events and no exception, for an instance that is there and has run an activity. A test that counts failed activities finds none, always.
set -euo pipefail
version=0.2.3-preview.1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cat > app.csproj <<XML
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <TargetFramework>net10.0</TargetFramework>
    <OutputType>Exe</OutputType>
    <ImplicitUsings>enable</ImplicitUsings>
  </PropertyGroup>
  <ItemGroup><PackageReference Include="Microsoft.DurableTask.InProcessTestHost" Version="$version" /></ItemGroup>
</Project>
XML
cat > Program.cs <<'CS'
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Testing;
await using DurableTaskTestHost host = await DurableTaskTestHost.StartAsync(tasks =>
{
    tasks.AddOrchestratorFunc<int, string>("Main", (context, _) => context.CallActivityAsync<string>("Hello", "Oslo"));
    tasks.AddActivityFunc<string, string>("Hello", (context, name) => $"Hello {name}");
});
DurableTaskClient client = host.Client;
string id = await client.ScheduleNewOrchestrationInstanceAsync("Main", 0);
using CancellationTokenSource limit = new(TimeSpan.FromSeconds(60));
OrchestrationMetadata end = await client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, limit.Token);
string history;
try { history = (await client.GetOrchestrationHistoryAsync(id)).Count + " events"; }
catch (Exception error) { history = $"{error.GetType().Name}: {error.Message}"; }
Console.WriteLine($"it ends {end.RuntimeStatus}, then {history}");
CS
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 Logging__LogLevel__Default=None
dotnet build -v quiet -nologo > built.txt 2>&1 || { tail -5 built.txt; exit 1; }
seen=$(dotnet bin/Debug/net10.0/app.dll | grep ', then ')
echo "Microsoft.DurableTask.InProcessTestHost $version: $seen"
[ "$seen" = 'it ends Completed, then 0 events' ] || { echo "CHANGED"; exit 1; }
