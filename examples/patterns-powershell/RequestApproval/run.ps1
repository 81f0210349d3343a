param($request)

"Asked for: $request"
