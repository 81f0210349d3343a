param($Context)

# The input is the user's choice: 1, 2 or 3. Whoever watches the custom status sees what is recommended.
switch ($Context.Input) {
    1 { Set-DurableCustomStatus -CustomStatus @{ recommendedCities = @('Tokyo', 'Seattle'); recommendedSeasons = @('Spring', 'Summer') } }
    2 { Set-DurableCustomStatus -CustomStatus @{ recommendedCities = @('Seattle', 'London'); recommendedSeasons = @('Summer') } }
    3 { Set-DurableCustomStatus -CustomStatus @{ recommendedCities = @('Tokyo', 'London'); recommendedSeasons = @('Spring', 'Summer') } }
}
