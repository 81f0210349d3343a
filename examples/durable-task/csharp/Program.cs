using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

string address = "http://" + (Environment.GetEnvironmentVariable("DURASCOPE_ADDRESS") ?? "localhost:8080");

HostApplicationBuilder builder = Host.CreateApplicationBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.Services.AddDurableTaskWorker(worker =>
{
    worker.AddTasks(tasks =>
    {
        tasks.AddOrchestratorFunc<List<string>>("HelloSequence", Orchestrators.HelloSequence);
        tasks.AddOrchestratorFunc<string, bool>("ReserveTicket", Orchestrators.ReserveTicket);
        tasks.AddOrchestratorFunc<int>("CityRecommender", Orchestrators.CityRecommender);
        tasks.AddActivityFunc<string, string>("SayHello", (_, city) => $"Hello {city}!");
        tasks.AddActivityFunc<string, int>("CalculateDiscount", (_, userId) => userId.StartsWith("vip") ? 25 : 10);
    });
    worker.UseGrpc(address);
});
builder.Services.AddDurableTaskClient(client => client.UseGrpc(address));

using IHost host = builder.Build();
await host.StartAsync();
DurableTaskClient hub = host.Services.GetRequiredService<DurableTaskClient>();
using CancellationTokenSource patience = new(TimeSpan.FromSeconds(60));

string hello = await hub.ScheduleNewOrchestrationInstanceAsync("HelloSequence");
Console.WriteLine("HelloSequence " + (await Completed(hello)).SerializedOutput);

string ticket = await hub.ScheduleNewOrchestrationInstanceAsync("ReserveTicket", "vip-1");
await hub.RaiseEventAsync(ticket, "BookingConfirmed", true);
Console.WriteLine("ReserveTicket " + (await Completed(ticket)).SerializedOutput);

string cities = await hub.ScheduleNewOrchestrationInstanceAsync("CityRecommender", 1);
Console.WriteLine("CityRecommender " + (await Completed(cities)).SerializedCustomStatus);

if (!Console.IsInputRedirected)
{
    Console.WriteLine("Connected until Enter is pressed: step through the instances in the editor.");
    Console.ReadLine();
}

await host.StopAsync();

Task<OrchestrationMetadata> Completed(string instanceId) =>
    hub.WaitForInstanceCompletionAsync(instanceId, getInputsAndOutputs: true, patience.Token);

static class Orchestrators
{
    static readonly Dictionary<int, Dictionary<string, string[]>> Recommendations = new()
    {
        [1] = Recommend(["Tokyo", "Seattle"], ["Spring", "Summer"]),
        [2] = Recommend(["Seattle", "London"], ["Summer"]),
        [3] = Recommend(["Tokyo", "London"], ["Spring", "Summer"]),
    };

    public static async Task<List<string>> HelloSequence(TaskOrchestrationContext context)
    {
        List<string> outputs = [];
        foreach (string city in new[] { "Tokyo", "Seattle", "London" })
        {
            outputs.Add(await context.CallActivityAsync<string>("SayHello", city));
            context.SetCustomStatus(city);
        }

        return outputs;
    }

    // The input is a user id. Waits for the event BookingConfirmed, whose data is true or false.
    public static async Task<bool> ReserveTicket(TaskOrchestrationContext context, string userId)
    {
        int discount = await context.CallActivityAsync<int>("CalculateDiscount", userId);
        context.SetCustomStatus(
            new { discount, discountTimeout = 60, bookingUrl = "https://www.myawesomebookingweb.com" });
        bool isConfirmed = await context.WaitForExternalEvent<bool>("BookingConfirmed");
        string message = isConfirmed
            ? "Thank you for confirming your booking."
            : "The booking was not confirmed on time. Please try again.";
        context.SetCustomStatus(new { message });
        return isConfirmed;
    }

    // The input is the user's choice: 1, 2 or 3.
    public static void CityRecommender(TaskOrchestrationContext context, int choice)
    {
        if (Recommendations.TryGetValue(choice, out Dictionary<string, string[]>? recommendation))
        {
            context.SetCustomStatus(recommendation);
        }
    }

    static Dictionary<string, string[]> Recommend(string[] cities, string[] seasons) =>
        new() { ["recommendedCities"] = cities, ["recommendedSeasons"] = seasons };
}
