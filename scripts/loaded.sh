#!/usr/bin/env bash
# Runs the whole test suite N times (20 without an argument) while every CPU is kept busy by other work, and fails if
# any test ever does. A test that passes only on an idle machine is a flaky test. K runs (1 without --together) go on
# at the same time, so that each has the others beside it as well.
#
# usage: scripts/loaded.sh [N] [--together K] [ARGUMENT OF cargo test]...
set -euo pipefail
cd "$(dirname "$0")/.."
export CI=true
usage() {
  echo "usage: scripts/loaded.sh [N] [--together K] [ARGUMENT OF cargo test]..." >&2
  exit 2
}
runs=${1:-20}
shift || true
together=1
if [ "${1-}" = --together ]; then
  together=${2-}
  shift 2 || usage
fi
for number in "$runs" "$together"; do
  [[ $number =~ ^[1-9][0-9]*$ ]] || usage
done

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

# One run: its log is kept if a test fails.
run() {
  local began=$SECONDS log=$logs/$1.log outcome
  if cargo test --release --workspace --no-fail-fast "${@:2}" >"$log" 2>&1; then
    outcome=passed
    rm "$log"
  else
    outcome="failed, see $log:"
  fi
  echo "run $1 of $runs: $outcome $((SECONDS - began)) s"
  [ ! -f "$log" ] || sed -n 's/^test \(.*\) \.\.\. FAILED$/  \1/p' "$log"
}

begun=0
while [ "$begun" -lt "$runs" ]; do
  wave=()
  while [ ${#wave[@]} -lt "$together" ] && [ "$begun" -lt "$runs" ]; do
    begun=$((begun + 1))
    run "$begun" "$@" &
    wave+=($!)
  done
  wait "${wave[@]}"
done
failed=$(find "$logs" -name '*.log' | wc -l)
echo "$((runs - failed)) passed, $failed failed"
[ "$failed" = 0 ]
