param($file)

# As many bytes as its number times a hundred.
100 * [int]($file -replace '\D')
