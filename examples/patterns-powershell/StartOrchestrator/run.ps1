using namespace System.Net

# Starts any orchestrator of the app with the body as its input, and answers with where to ask for it.
param($Request, $TriggerMetadata)

$id = Start-DurableOrchestration -FunctionName $Request.Params.FunctionName -InputObject $Request.Body
$response = New-DurableOrchestrationCheckStatusResponse -Request $Request -InstanceId $id
Push-OutputBinding -Name Response -Value $response
