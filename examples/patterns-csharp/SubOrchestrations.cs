using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

public static class SubOrchestrations
{
    public record Device(string DeviceId, string SerialNumber, string Firmware);

    // Sets up every device of the list, each in an instance of its own, at the same time.
    [Function("ProvisionDevices")]
    public static Task<Device[]> ProvisionDevices([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        string[] deviceIds = context.GetInput<string[]>() ?? ["thermostat", "camera", "doorbell"];
        return Task.WhenAll(deviceIds.Select(each => context.CallSubOrchestratorAsync<Device>("ProvisionDevice", each)));
    }

    [Function("ProvisionDevice")]
    public static async Task<Device> ProvisionDevice([OrchestrationTrigger] TaskOrchestrationContext context, string deviceId)
    {
        string serialNumber = await context.CallActivityAsync<string>("RegisterDevice", deviceId);
        string firmware = await context.CallActivityAsync<string>("InstallFirmware", deviceId);
        return new Device(deviceId, serialNumber, firmware);
    }

    [Function("RegisterDevice")]
    public static string RegisterDevice([ActivityTrigger] string deviceId) => $"SN-{deviceId.ToUpperInvariant()}";

    [Function("InstallFirmware")]
    public static string InstallFirmware([ActivityTrigger] string deviceId) => $"{deviceId}-1.4.2";
}
