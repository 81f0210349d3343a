#!/usr/bin/env bash
# Guess: context.CallHttpAsync(HttpMethod.Get, uri) is the shortest durable HTTP call of a C# isolated app, and polls a 202 as the documents say.
# Is: it does not compile (two overloads differ by parameters that both leave out: CS0121), and the DurableHttpRequest that is left to say the
# same has AsynchronousPatternEnabled false, so that a 202 is its answer.
. "$(dirname "$0")/support/dotnet.sh"
version=1.21.1
project Microsoft.Azure.Functions.Worker.Extensions.DurableTask "$version"
cat > Program.cs <<'CS'
using Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Http;
using Microsoft.DurableTask;
var uri = new Uri("http://localhost/");
Console.WriteLine($"AsynchronousPatternEnabled={new DurableHttpRequest(HttpMethod.Get, uri).AsynchronousPatternEnabled}");
#if SHORTEST
static Task<DurableHttpResponse> Call(TaskOrchestrationContext context) => context.CallHttpAsync(HttpMethod.Get, new Uri("http://localhost/"));
#endif
CS
dotnet build -v quiet -nologo -p:DefineConstants=SHORTEST > shortest.txt 2>&1 && { echo "CHANGED: the shortest call compiles"; exit 1; }
grep -m1 -o 'error CS0121: [^[]*' shortest.txt || { echo "CHANGED: it fails in another way"; tail -5 shortest.txt; exit 1; }
build
is "Microsoft.Azure.Functions.Worker.Extensions.DurableTask $version" "$(run)" "AsynchronousPatternEnabled=False"
