param($userId)

if ($userId.StartsWith('vip')) { 25 } else { 10 }
