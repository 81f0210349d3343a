#!/usr/bin/env bash
# Guess: context.CallHttpAsync(HttpMethod.Get, uri) is the shortest durable HTTP call of a C# isolated app, and polls a 202 as the documents say.
# Is: it does not compile (two overloads differ by parameters that both leave out: CS0121), and the DurableHttpRequest that is left to say the
# same has AsynchronousPatternEnabled false, so that a 202 is its answer.
set -euo pipefail
version=1.21.1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cat > app.csproj <<XML
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <TargetFramework>net10.0</TargetFramework>
    <OutputType>Exe</OutputType>
    <ImplicitUsings>enable</ImplicitUsings>
    <TreatWarningsAsErrors>false</TreatWarningsAsErrors>
  </PropertyGroup>
  <ItemGroup>
    <PackageReference Include="Microsoft.Azure.Functions.Worker.Extensions.DurableTask" Version="$version" />
  </ItemGroup>
</Project>
XML
cat > Program.cs <<'CS'
using Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Http;
using Microsoft.DurableTask;
var uri = new Uri("http://localhost/");
Console.WriteLine($"AsynchronousPatternEnabled={new DurableHttpRequest(HttpMethod.Get, uri).AsynchronousPatternEnabled}");
#if SHORTEST
static Task<DurableHttpResponse> Call(TaskOrchestrationContext context) => context.CallHttpAsync(HttpMethod.Get, new Uri("http://localhost/"));
#endif
CS
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
dotnet build -v quiet -nologo -p:DefineConstants=SHORTEST > shortest.txt 2>&1 && { echo "CHANGED: the shortest call compiles"; exit 1; }
grep -m1 -o 'error CS0121: [^[]*' shortest.txt || { echo "CHANGED: it fails in another way"; tail -5 shortest.txt; exit 1; }
dotnet build -v quiet -nologo > built.txt 2>&1 || { tail -5 built.txt; exit 1; }
seen=$(dotnet bin/Debug/net10.0/app.dll)
echo "Microsoft.Azure.Functions.Worker.Extensions.DurableTask $version: $seen"
[ "$seen" = "AsynchronousPatternEnabled=False" ] || { echo "CHANGED"; exit 1; }
