param($entry)

if ($entry.account -eq 'nobody') { throw "There is no account '$($entry.account)'." }
"$($entry.account): $($entry.amount)"
