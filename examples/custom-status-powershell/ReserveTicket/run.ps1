param($Context)

# The input is a user id. Waits for the event BookingConfirmed, whose data is true or false.
$discount = Invoke-DurableActivity -FunctionName 'CalculateDiscount' -Input $Context.Input
Set-DurableCustomStatus -CustomStatus @{ discount = $discount; discountTimeout = 60; bookingUrl = 'https://www.myawesomebookingweb.com' }

$isBookingConfirmed = Start-DurableExternalEventListener -EventName 'BookingConfirmed'
if ($isBookingConfirmed) {
    Set-DurableCustomStatus -CustomStatus @{ message = 'Thank you for confirming your booking.' }
} else {
    Set-DurableCustomStatus -CustomStatus @{ message = 'The booking was not confirmed on time. Please try again.' }
}
$isBookingConfirmed
