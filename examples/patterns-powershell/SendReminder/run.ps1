param($number)

"Reminder $number"
