param($Context)

$output = @()

foreach ($city in 'Tokyo', 'Seattle', 'London') {
    $output += Invoke-DurableActivity -FunctionName 'SayHello' -Input $city
}

# returns ["Hello Tokyo!", "Hello Seattle!", "Hello London!"]
$output
