// Stands in for the fixture of durabletask-dotnet's Grpc.IntegrationTests: an emulator that runs, and a hub for each test class.
using Grpc.Net.Client;

namespace Microsoft.DurableTask.Grpc.Tests;

public sealed class GrpcSidecarFixture : IDisposable
{
    public GrpcSidecarFixture()
    {
        string address = Environment.GetEnvironmentVariable("DURASCOPE_ADDRESS")
            ?? throw new InvalidOperationException("DURASCOPE_ADDRESS says where the emulator is.");
        HubHeader header = new($"suite-{Guid.NewGuid():N}"[..16])
        {
            InnerHandler = new SocketsHttpHandler { EnableMultipleHttp2Connections = true },
        };
        this.Channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions { HttpHandler = header, DisposeHttpClient = true });
    }

    public GrpcChannel Channel { get; }

    public void Dispose() => this.Channel.Dispose();

    sealed class HubHeader(string hub) : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
        {
            request.Headers.Add("taskhub", hub);
            return base.SendAsync(request, cancellation);
        }
    }
}
