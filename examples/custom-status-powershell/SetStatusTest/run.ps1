param($Context)

Invoke-DurableActivity -FunctionName 'DoWork' -Input 10

# update the status of the orchestration with some arbitrary data
Set-DurableCustomStatus -CustomStatus @{ nextActions = @('A', 'B', 'C'); foo = 2 }

Invoke-DurableActivity -FunctionName 'DoWork' -Input 1000
