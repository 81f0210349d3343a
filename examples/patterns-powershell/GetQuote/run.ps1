param($milliseconds)

Start-Sleep -Milliseconds $milliseconds
42
