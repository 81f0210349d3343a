param($Context)

# Puts right what was done before the failure. The input is { from, to, amount }; nobody has an account of the name "nobody".
$ErrorActionPreference = 'Stop'

# What is in an input is a value of JSON until it is cast.
$transfer = $Context.Input
$amount = [int]$transfer.amount
$null = Invoke-DurableActivity -FunctionName 'ChangeBalance' -Input @{ account = [string]$transfer.from; amount = -$amount }
try {
    $null = Invoke-DurableActivity -FunctionName 'ChangeBalance' -Input @{ account = [string]$transfer.to; amount = $amount }
    'transferred'
} catch {
    $null = Invoke-DurableActivity -FunctionName 'ChangeBalance' -Input @{ account = [string]$transfer.from; amount = $amount }
    'refunded'
}
