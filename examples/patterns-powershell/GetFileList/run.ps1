param($count)

foreach ($number in 1..$count) { "file-$number.txt" }
