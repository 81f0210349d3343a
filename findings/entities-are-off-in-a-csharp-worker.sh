#!/usr/bin/env bash
# Guess: an entity that a worker of the .NET Durable Task SDK registers with AddEntity can be called by an orchestrator of that worker.
# Is: EnableEntitySupport is false unless it is set, on workers and on clients, whatever is registered; nothing says so before the first call,
# which fails the orchestration (NotSupportedException, seen against a backend).
. "$(dirname "$0")/support/dotnet.sh"
version=1.28.0
project Microsoft.DurableTask.Worker.Grpc "$version" Microsoft.DurableTask.Client.Grpc "$version" Microsoft.Extensions.Hosting 10.0.2
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
build
is "Microsoft.DurableTask.Worker.Grpc, Client.Grpc $version" "$(run)" "worker=False client=False"
