using namespace System.Net

# Starts any orchestrator of the app and answers once its custom status is "London" (or it ended without).
param($Request, $TriggerMetadata)

$id = Start-DurableOrchestration -FunctionName $Request.Params.FunctionName
do {
    Start-Sleep -Milliseconds 200
    $status = Get-DurableStatus -InstanceId $id
} until ($status.customStatus -eq 'London' -or $status.runtimeStatus -in 'Completed', 'Failed', 'Terminated')

Push-OutputBinding -Name Response -Value ([HttpResponseContext]@{
    StatusCode = [HttpStatusCode]::OK
    Body       = $status
})
