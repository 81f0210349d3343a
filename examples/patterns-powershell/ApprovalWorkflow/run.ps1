param($Context)

# Asks a person and waits for the event ApprovalEvent (true or false). The input is { request, timeoutSeconds }.
# What is in an input is a value of JSON until it is cast.
$request = [string]$Context.Input.request
$null = Invoke-DurableActivity -FunctionName 'RequestApproval' -Input $request
Set-DurableCustomStatus -CustomStatus 'waiting for approval'

$due = Start-DurableTimer -Duration ([TimeSpan]::FromSeconds([double]$Context.Input.timeoutSeconds)) -NoWait
$approval = Start-DurableExternalEventListener -EventName 'ApprovalEvent' -NoWait
$winner = Wait-DurableTask -Task @($approval, $due) -Any

if ($winner -eq $approval) {
    Stop-DurableTimerTask -Task $due
    $isApproved = Get-DurableTaskResult -Task $approval
    Set-DurableCustomStatus -CustomStatus ($isApproved ? 'approved' : 'rejected')
    Invoke-DurableActivity -FunctionName 'ProcessApproval' -Input @{ request = $request; isApproved = $isApproved }
} else {
    Set-DurableCustomStatus -CustomStatus 'escalated'
    Invoke-DurableActivity -FunctionName 'Escalate' -Input $request
}
