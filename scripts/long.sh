#!/usr/bin/env bash
# Runs the checks that take too long for .ci/run, one part after another, and notes what came of each in
# scripts/long.tsv: part, revision, date, outcome, seconds. That file is committed.
#
# Resumes: a part that passed at this revision is not run again. A part that was interrupted leaves no note. What fails
# does not keep the other parts from running. Needs what .ci/run has installed.
#
# usage: scripts/long.sh [PART]...    "loaded" stands for loaded-1 to loaded-5
#        scripts/long.sh --list
set -euo pipefail
cd "$(dirname "$0")/.."
record=scripts/long.tsv

# Every stage of the talk at its own speed, in Rust and in each Python that is here.
talk() { cargo run --release --quiet -- talk --all --out "$scratch/talk"; }
# All benchmarks with Criterion's own numbers of samples.
benches() { cargo bench; }
# Ten thousand requests that wait at once, and the pool that has a thread for each.
crowds() {
  cargo run --release --quiet -- run tokio-current tokio-multi smol async-std hyper rustls new-conn -n 10000 -c 10000 \
    --path /delay/1 --rounds 1 --pin none --out "$scratch/crowds"
}
# What the proxy of `tlstax observe` costs those who are observed.
proxy-cost() { cargo run --release --quiet -p tlstax-observer --example proxy_cost; }
# How long a new tunnel waits while 9,000 others end.
tunnels() { cargo run --release --quiet -p tlstax-observer --example many_tunnels; }
# hyper over compio, a model behind a Cargo feature.
compio() { cargo test --release -p tlstax-fetch --features compio --test integration compio; }
# What the guides to adding something add, applied to a copy of the workspace, built and run.
guide() { scripts/check-guide.sh; }
# Every crate packed as `cargo publish` would, and the program compiled from the packages alone.
packages() { scripts/check-packages.sh; }
# The field set, twenty runs of what depends on timing and five of the rest. It goes on where it was interrupted; its
# verdicts are committed too (results/field).
field-quiet() { scripts/field.sh; }
field-loaded() { scripts/field.sh --condition loaded; }
field-quota() { scripts/field.sh --condition quota; }
parts=(guide compio packages talk benches crowds proxy-cost tunnels field-quiet field-loaded field-quota)

# A test that fails once in twenty runs on a busy machine is a flaky test. Five parts of four runs, two at a time: each
# has the other and a busy loop per CPU beside it.
loaded() { scripts/loaded.sh 4 --together 2; }
for part in {1..5}; do parts+=("loaded-$part"); done

if [ "${1-}" = --list ]; then
  printf '%s\n' "${parts[@]}"
  exit
fi
chosen=()
for part in "$@"; do
  [ "$part" = loaded ] && chosen+=(loaded-{1..5}) || chosen+=("$part")
done
[ ${#chosen[@]} -gt 0 ] || chosen=("${parts[@]}")
for part in "${chosen[@]}"; do
  [[ " ${parts[*]} " = *" $part "* ]] || { echo "long.sh: no part is called $part; --list names them" >&2; exit 2; }
done

# The latest revision that changed anything but the record itself.
revision=$(git log -1 --format=%h -- . ":!$record")
[ -z "$(git status --porcelain -- . ":!$record")" ] || revision+=-dirty
scratch=$(mktemp -d "${TMPDIR:-/tmp}/tlstax-long.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM HUP

# Replaces the part's line.
note() {
  local part=$1 outcome=$2 seconds=$3
  {
    printf 'part\trevision\tdate\toutcome\tseconds\n'
    {
      tail -n +2 "$record" 2>/dev/null | grep -v "^$part	" || true
      printf '%s\t%s\t%s\t%s\t%s\n' "$part" "$revision" "$(date -u +%F)" "$outcome" "$seconds"
    } | sort
  } >"$scratch/record"
  cp "$scratch/record" "$record"
}

failed=0
for part in "${chosen[@]}"; do
  if [[ $revision != *-dirty ]] && grep -q "^$part	$revision	[^	]*	passed	" "$record" 2>/dev/null; then
    echo "$part: passed at $revision already"
    continue
  fi
  echo "$part: begins"
  began=$SECONDS
  # A function that is tested by `if` would go on after a command that failed.
  outcome=passed
  function=${part%-[0-9]*}
  bash -euo pipefail -c "scratch=$(printf %q "$scratch"); $(declare -f "$function"); $function" || outcome=failed
  note "$part" "$outcome" "$((SECONDS - began))"
  echo "$part: $outcome in $((SECONDS - began)) s"
  [ "$outcome" = passed ] || failed=1
done
exit "$failed"
