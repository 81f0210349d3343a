param($Context)

# Without it what an activity throws is written to the log, and the orchestration goes on.
$ErrorActionPreference = 'Stop'

# The input is how often the service fails before it answers; three attempts are made, 100 ms apart and then 200 ms.
$retry = New-DurableRetryOptions -FirstRetryInterval (New-TimeSpan -Milliseconds 100) -MaxNumberOfAttempts 3 -BackoffCoefficient 2
Invoke-DurableActivity -FunctionName 'FlakyService' -Input @{ id = $Context.InstanceId; failures = $Context.Input } -RetryOptions $retry
