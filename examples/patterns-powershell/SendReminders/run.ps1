param($Context)

# Sends one reminder after another. The input is { times, milliseconds }.
$sent = @()
foreach ($number in 1..$Context.Input.times) {
    Start-DurableTimer -Duration (New-TimeSpan -Milliseconds $Context.Input.milliseconds)
    $sent += Invoke-DurableActivity -FunctionName 'SendReminder' -Input $number
}
$sent
