param($decision)

$decision.isApproved ? "Approved: $($decision.request)" : "Rejected: $($decision.request)"
