param($Context)

# Gives a slow activity a certain time. The input is { quoteMilliseconds, timeoutMilliseconds }.
$quote = Invoke-DurableActivity -FunctionName 'GetQuote' -Input ([int]$Context.Input.quoteMilliseconds) -NoWait
$timeout = Start-DurableTimer -Duration (New-TimeSpan -Milliseconds $Context.Input.timeoutMilliseconds) -NoWait

$winner = Wait-DurableTask -Task @($quote, $timeout) -Any
if ($winner -eq $quote) {
    Stop-DurableTimerTask -Task $timeout
    Get-DurableTaskResult -Task $quote
} else {
    'too late'
}
