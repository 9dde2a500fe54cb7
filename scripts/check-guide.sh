#!/usr/bin/env bash
# Checks docs/adding-a-model.md and docs/adding-a-finding.md: follows the steps of each in a copy of the workspace,
# builds it, and runs the commands at the end of its sections.
#
#   scripts/check-guide.sh
#
# The copy and what is built of it stay in target/guide, so that the next time only what has changed is built. The first
# time, that folder takes over what release builds of the workspace have left; if there are none, everything is built.
# Exit: 0 where the guide holds, 1 with a sentence where it does not.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly guides=(docs/adding-a-model.md docs/adding-a-finding.md)
target=$(realpath -m "${CARGO_TARGET_DIR:-target}")
readonly target kept=$target/guide
readonly copy=$kept/workspace built=$kept/target

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
  echo "check-guide: $*" >&2
  exit 1
}

# Takes over libraries, the output of build scripts, and Cargo's notes on both, but no programs. Cargo must not write
# meanwhile: it holds the same lock while it builds.
take_over() {
  mkdir -p "$built/release"
  (
    cd "$target/release"
    flock --shared 9
    { find .fingerprint build -type f -print0 && find deps -type f -name '*.*' -print0; } |
      tar -c --null --files-from=- | tar -x -C "$built/release"
  ) 9<"$target/release/.cargo-lock"
}

# Half a copy is none: Cargo trusts the times of files.
if [ ! -f "$kept/complete" ]; then
  rm -rf "$kept"
  [ ! -f "$target/release/.cargo-lock" ] || take_over
fi
mkdir -p "$kept"
# valid FOLDER: how many trials the folder has. Fails with the first that does not count.
valid() {
  python3 - "$1/trials.ndjson" <<'PYTHON'
import json
import sys

with open(sys.argv[1]) as lines:
    trials = [json.loads(line) for line in lines]
for trial in trials:
    if trial["verdict"] != "valid":
        sys.exit(f"{trial['cell']}: {trial['verdict']}")
print(len(trials))
PYTHON
}

# What a guide changes, and what is built on that, is compiled without optimization: it is asked for its answers
# alone.
quick=()
for crate in fetch runner reporting-tool tlstax diagnosis; do
  quick+=(--config "profile.release.package.$crate.opt-level=0" --config "profile.release.package.$crate.debug=0")
done

# In the copy. Cargo that is ended by a signal says nothing of the guide.
build() {
  local code=0
  CARGO_TARGET_DIR=$built cargo "$1" --release --quiet --manifest-path "$copy/Cargo.toml" "${@:2}" "${quick[@]}" ||
    code=$?
  [ "$code" -lt 128 ] || fail "Cargo was ended by signal $((code - 128))"
  return "$code"
}

# Follows one guide.
check() {
  local guide=$1 trials=0 tests=0 folder count
  git ls-files -z --cached --others --exclude-standard ':!results' |
    python3 scripts/apply_guide.py "$guide" "$copy" >"$work/commands" || fail "a step of $guide does not apply"
  touch "$kept/complete"
  if grep -q '^tlstax' "$work/commands"; then
    build build --bin tlstax ||
      fail "what $guide builds does not compile: see the errors of Cargo above, and the files in $copy"
  fi
  while read -r -a command; do
    if [ "${command[0]}" = cargo ]; then
      build test "${command[@]:3}" >"$work/output" 2>&1 </dev/null ||
        { cat "$work/output" >&2; fail "the command failed: ${command[*]}"; }
      tests=$((tests + 1))
      continue
    fi
    folder=$work/$trials
    # `tlstax` as the guide writes it is what was built just now.
    "$built/release/tlstax" "${command[@]:1}" --out "$folder" >"$work/output" 2>&1 </dev/null ||
      { cat "$work/output" >&2; fail "the command failed: ${command[*]}"; }
    count=$(valid "$folder") || fail "a trial is not valid: ${command[*]}"
    [ "$count" -gt 0 ] || fail "no trial was made: ${command[*]}"
    trials=$((trials + count))
  done <"$work/commands"
  echo "$guide holds: $trials trials and $tests test suites of what it adds passed"
}

for guide in "${guides[@]}"; do
  check "$guide"
done
