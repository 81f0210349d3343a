#!/usr/bin/env bash
# Guess: an entity that a worker of the .NET Durable Task SDK registers with AddEntity can be called by an orchestrator of that worker.
# Is: EnableEntitySupport is false unless it is set, on workers and on clients, whatever is registered; nothing says so before the first call,
# which fails the orchestration (NotSupportedException, seen against a backend).
set -euo pipefail
version=1.28.0
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
  <ItemGroup>
    <PackageReference Include="Microsoft.DurableTask.Worker.Grpc" Version="$version" />
    <PackageReference Include="Microsoft.DurableTask.Client.Grpc" Version="$version" />
    <PackageReference Include="Microsoft.Extensions.Hosting" Version="10.0.2" />
  </ItemGroup>
</Project>
XML
cat > Program.cs <<'CS'
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Entities;
using Microsoft.DurableTask.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
ServiceCollection services = new();
services.AddDurableTaskWorker(worker =>
{
    worker.UseGrpc("http://localhost:1");
    worker.AddTasks(tasks => tasks.AddEntity<Counter>());
});
using ServiceProvider provider = services.BuildServiceProvider();
bool isOn = provider.GetRequiredService<IOptionsMonitor<DurableTaskWorkerOptions>>().CurrentValue.EnableEntitySupport;
Console.WriteLine($"worker={isOn} client={new DurableTaskClientOptions().EnableEntitySupport}");
sealed class Counter : TaskEntity<int> { public int Get() => this.State; }
CS
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
dotnet build -v quiet -nologo > built.txt 2>&1 || { tail -5 built.txt; exit 1; }
seen=$(dotnet bin/Debug/net10.0/app.dll)
echo "Microsoft.DurableTask.Worker.Grpc, Client.Grpc $version: $seen"
[ "$seen" = "worker=False client=False" ] || { echo "CHANGED"; exit 1; }
