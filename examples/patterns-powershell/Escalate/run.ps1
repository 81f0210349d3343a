param($request)

"Escalated: $request"
