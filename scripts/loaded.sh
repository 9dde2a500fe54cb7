#!/usr/bin/env bash
# Runs the whole test suite N times (20 without an argument) while every CPU is kept busy by other work, and fails if
# any test ever does. A test that passes only on an idle machine is a flaky test.
#
# usage: scripts/loaded.sh [N] [ARGUMENT OF cargo test]...
set -euo pipefail
cd "$(dirname "$0")/.."
export CI=true
runs=${1:-20}
[[ $runs =~ ^[1-9][0-9]*$ ]] || { echo "usage: scripts/loaded.sh [N] [ARGUMENT OF cargo test]..." >&2; exit 2; }
shift || true

cargo test --release --workspace --no-run --quiet
logs=$(mktemp -d "${TMPDIR:-/tmp}/tlstax-loaded.XXXXXX")
loops=()
finish() { kill "${loops[@]}" 2>/dev/null || true; }
trap finish EXIT
trap 'exit 130' INT TERM HUP
for _ in $(seq "$(nproc)"); do
  # shellcheck disable=SC2261
  sh -c 'while :; do :; done' </dev/null &
  loops+=($!)
done

passed=0 failed=0
for run in $(seq "$runs"); do
  began=$SECONDS
  log=$logs/$run.log
  if cargo test --release --workspace --no-fail-fast "$@" >"$log" 2>&1; then
    passed=$((passed + 1)) outcome=passed
    rm "$log"
  else
    failed=$((failed + 1)) outcome="failed, see $log:"
  fi
  echo "run $run of $runs: $outcome $((SECONDS - began)) s"
  [ ! -f "$log" ] || sed -n 's/^test \(.*\) \.\.\. FAILED$/  \1/p' "$log"
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
