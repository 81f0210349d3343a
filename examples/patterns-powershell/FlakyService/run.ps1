param($call)

# The attempts are counted in a file, for each may run in another runspace.
$counter = Join-Path ([System.IO.Path]::GetTempPath()) "flaky-$($call.id).txt"
$attempt = 1 + [int](Get-Content $counter -ErrorAction SilentlyContinue)
if ($attempt -le $call.failures) {
    Set-Content $counter $attempt
    throw "The service is not available (attempt $attempt)."
}
Remove-Item $counter -ErrorAction SilentlyContinue
"answered at attempt $attempt"
