#!/usr/bin/env bash
# Guess: in a test on Microsoft.DurableTask.InProcessTestHost an eternal orchestration keeps the custom status that it set before ContinueAsNew
# until it sets another, as DurableTask.Core carries it over to the next generation.
# Is: the next generation begins without one, so that a test that looks at the status of a loop sees none where production shows the last.
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
    tasks.AddOrchestratorFunc<int, string>("Loop", async (context, round) =>
    {
        if (round == 0)
        {
            context.SetCustomStatus("first round");
            await context.WaitForExternalEvent<string>("Go");
            context.ContinueAsNew(1);
            return "";
        }
        await context.WaitForExternalEvent<string>("Go");
        return "done";
    }));
DurableTaskClient client = host.Client;
string id = await client.ScheduleNewOrchestrationInstanceAsync("Loop", 0);
using CancellationTokenSource limit = new(TimeSpan.FromSeconds(60));
async Task<OrchestrationMetadata> Until(Func<OrchestrationMetadata, bool> isSo)
{
    while (true)
    {
        OrchestrationMetadata? now = await client.GetInstanceAsync(id, getInputsAndOutputs: true, limit.Token);
        if (now is not null && isSo(now)) return now;
        await Task.Delay(50, limit.Token);
    }
}
OrchestrationMetadata first = await Until(now => now.SerializedCustomStatus is not null);
await client.RaiseEventAsync(id, "Go", "on");
OrchestrationMetadata second = await Until(now => now.SerializedInput == "1");
await Task.Delay(500);
second = (await client.GetInstanceAsync(id, getInputsAndOutputs: true))!;
Console.WriteLine($"{first.SerializedCustomStatus}, then {second.RuntimeStatus} with {second.SerializedCustomStatus ?? "none"}");
CS
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 Logging__LogLevel__Default=None
dotnet build -v quiet -nologo > built.txt 2>&1 || { tail -5 built.txt; exit 1; }
seen=$(dotnet bin/Debug/net10.0/app.dll | grep ', then ')
echo "Microsoft.DurableTask.InProcessTestHost $version: $seen"
[ "$seen" = '"first round", then Running with none' ] || { echo "CHANGED"; exit 1; }
