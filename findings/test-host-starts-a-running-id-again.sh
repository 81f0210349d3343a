#!/usr/bin/env bash
# Guess: in a test on Microsoft.DurableTask.InProcessTestHost a second start under the id of an instance that still runs is refused, so that a test
# of code that must not start a thing twice finds the second start.
# Is: it is taken without a word, and the instance that ran is gone with its input: what runs then is the second one.
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
    tasks.AddOrchestratorFunc<string, string>("Wait", async (context, input) => $"{input}: {await context.WaitForExternalEvent<string>("Go")}"));
DurableTaskClient client = host.Client;
using CancellationTokenSource limit = new(TimeSpan.FromSeconds(60));
StartOrchestrationOptions twice = new("twice");
await client.ScheduleNewOrchestrationInstanceAsync("Wait", "first", twice);
await client.WaitForInstanceStartAsync("twice", limit.Token);
string second;
try
{
    await client.ScheduleNewOrchestrationInstanceAsync("Wait", "second", twice);
    second = "taken";
}
catch (Exception error)
{
    second = $"refused ({error.GetType().Name})";
}
await Task.Delay(1000);
OrchestrationMetadata now = (await client.GetInstanceAsync("twice", getInputsAndOutputs: true))!;
await client.RaiseEventAsync("twice", "Go", "on");
OrchestrationMetadata end = await client.WaitForInstanceCompletionAsync("twice", getInputsAndOutputs: true, limit.Token);
Console.WriteLine($"the second start is {second}; it has the input {now.SerializedInput} and ends {end.RuntimeStatus} {end.SerializedOutput}");
CS
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 Logging__LogLevel__Default=None
dotnet build -v quiet -nologo > built.txt 2>&1 || { tail -5 built.txt; exit 1; }
seen=$(dotnet bin/Debug/net10.0/app.dll | grep 'second start')
echo "Microsoft.DurableTask.InProcessTestHost $version: $seen"
[ "$seen" = 'the second start is taken; it has the input "second" and ends Completed "second: on"' ] || { echo "CHANGED"; exit 1; }
