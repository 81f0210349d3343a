using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

public static class FanOut
{
    public record SiteFile(string Name, int Bytes);

    // Copies all files of a site at the same time and adds up the bytes. The input is the number of files.
    [Function("BackupSiteContent")]
    public static async Task<int> BackupSiteContent([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        SiteFile[] files = await context.CallActivityAsync<SiteFile[]>("GetFileList", context.GetInput<int?>() ?? 5);
        int[] sizes = await Task.WhenAll(files.Select(file => context.CallActivityAsync<int>("CopyFile", file)));
        return sizes.Sum();
    }

    [Function("GetFileList")]
    public static SiteFile[] GetFileList([ActivityTrigger] int count) =>
        [.. Enumerable.Range(1, count).Select(number => new SiteFile($"page-{number}.html", 100 * number))];

    [Function("CopyFile")]
    public static int CopyFile([ActivityTrigger] SiteFile file) => file.Bytes;
}
