param($milliseconds)

# The input is how long the work takes.
Start-Sleep -Milliseconds $milliseconds
