param($Context)

# Copies all files at the same time and adds up their sizes. The input is how many files there are.
$files = Invoke-DurableActivity -FunctionName 'GetFileList' -Input $Context.Input
$copies = foreach ($file in $files) {
    Invoke-DurableActivity -FunctionName 'CopyFileToBlob' -Input $file -NoWait
}
$sizes = Wait-DurableTask -Task $copies
($sizes | Measure-Object -Sum).Sum
