#!/usr/bin/env bash
# Checks the guides to adding something: follows the steps of all of them in one copy of the workspace, builds it, and
# runs the commands at the end of their sections.
#
#   scripts/check-guide.sh
#
# The copy and what is built of it stay in target/guide, so that the next time only what has changed is built. The first
# time, that folder takes over what release builds of the workspace have left; if there are none, everything is built.
# Exit: 0 where the guides hold, 1 with a sentence where one does not.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly guides=(docs/adding-a-{model,finding,chart}.md docs/adding-an-axis.md)
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

# What the guides change, and what is built on that, is compiled without optimization: it is asked for its answers
# alone.
quick=()
for crate in "" -workload -measure -profile -analysis -render -fetch -runner -reporting-tool -diagnosis; do
  package=tlstax$crate
  quick+=(--config "profile.release.package.$package.opt-level=0" --config "profile.release.package.$package.debug=0")
done

# In the copy. Cargo that is ended by a signal says nothing of the guides.
build() {
  local code=0
  CARGO_TARGET_DIR=$built cargo "$1" --release --quiet --manifest-path "$copy/Cargo.toml" "${@:2}" "${quick[@]}" ||
    code=$?
  [ "$code" -lt 128 ] || fail "Cargo was ended by signal $((code - 128))"
  return "$code"
}

git ls-files -z --cached --others --exclude-standard ':!results' |
  python3 scripts/apply_guide.py "$copy" "${guides[@]}" >"$work/commands" || fail "a step does not apply"
# Some tests read the committed results, which are not copied.
ln -sfn "$PWD/results" "$copy/results"
touch "$kept/complete"
build build --bin tlstax ||
  fail "what the guides build does not compile: see the errors of Cargo above, and the files in $copy"
trials=0
tests=0
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
echo "the guides hold: $trials trials and $tests test suites of what they add passed"
