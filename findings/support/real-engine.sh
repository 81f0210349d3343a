# Sourced by the scripts beside it: the real Durable Functions extension in a WebJobs host, storage in Azurite, the app on the real SDK, all of
# it installed into a temporary folder. Nothing of Durascope's emulator takes part. Needs .NET SDK 10, Node.js and npm.
# A script writes $work/app.cjs and $work/scenarios.json, calls `play`, then `expect TEXT JS` on what was recorded. FINDINGS_CACHE names a folder
# that keeps the packages between scripts.
source "$(dirname "${BASH_SOURCE[0]}")/node.sh"
here="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
cache="${FINDINGS_CACHE:-$work/packages}"
versions='Microsoft.Azure.WebJobs.Extensions.DurableTask 3.19.0 (NuGet), durable-functions 3.5.0, @azure/functions 4.16.5, azurite 3.35.0 (npm)'

play() {
  mkdir -p "$cache"
  [ -d "$cache/recorder" ] || cp -r "$here/test/goldens/recorder" "$cache/recorder"
  [ -d "$cache/node_modules/durable-functions" ] ||
    npm install --prefix "$cache" --no-audit --no-fund --silent durable-functions@3.5.0 @azure/functions@4.16.5 >&2
  cp "$work/app.cjs" "$cache/app.cjs"
  node "$cache/recorder/record.mjs" "$work/scenarios.json" --app "$cache/app.cjs" --once --out "$work/recordings" >&2
  echo "versions: $versions"
}

# expect WHAT JS: the value of a JS expression over `r` (recordings by name) is printed and must be WHAT.
expect() {
  local seen
  seen="$(node -e '
    const fs = require("node:fs"), folder = process.argv[1];
    const r = Object.fromEntries(fs.readdirSync(folder).map((f) => [f.replace(".json", ""), JSON.parse(fs.readFileSync(`${folder}/${f}`, "utf8"))]));
    console.log(JSON.stringify(eval(process.argv[2])));' "$work/recordings" "$2")"
  expect_seen "$1" "$seen"
}
