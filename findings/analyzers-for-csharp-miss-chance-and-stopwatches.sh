#!/usr/bin/env bash
# Guess: Microsoft.DurableTask.Analyzers warns of the clock, chance and new identifiers in an orchestrator.
# Is: of DateTime.Now, Guid.NewGuid and TimeProvider.System it does; of Random, RandomNumberGenerator, Stopwatch, Environment.TickCount64 and
# Guid.CreateVersion7, which come to something else in each replay as well, it does not.
. "$(dirname "$0")/support/dotnet.sh"
version=1.28.0
output=Library
project Microsoft.DurableTask.Abstractions "$version" Microsoft.DurableTask.Analyzers "$version"
cat > Orchestrator.cs <<'CS'
using System.Diagnostics;
using System.Security.Cryptography;
using Microsoft.DurableTask;
public class Story : TaskOrchestrator<string, string>
{
    public override Task<string> RunAsync(TaskOrchestrationContext context, string input)
    {
        var now = DateTime.Now;
        var id = Guid.NewGuid();
        var a = new Random().Next();
        var b = RandomNumberGenerator.GetInt32(5);
        var c = Stopwatch.GetTimestamp();
        var d = Environment.TickCount64;
        var e = Guid.CreateVersion7();
        var f = TimeProvider.System.GetUtcNow();
        return Task.FromResult($"{now}{id}{a}{b}{c}{d}{e}{f}");
    }
}
CS
build
seen=$(grep -o 'Orchestrator.cs([0-9]*,[0-9]*): warning DURABLE[0-9]*' built.txt | sort -u | sed 's/.*(\([0-9]*\),.*warning /line \1 /' | sort -u | paste -sd ';')
is "Microsoft.DurableTask.Analyzers $version" "$seen" "line 15 DURABLE0001;line 8 DURABLE0001;line 9 DURABLE0002"
