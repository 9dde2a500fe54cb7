#!/usr/bin/env bash
# Shows how far the verdicts of `tlstax cmp` can be trusted here, into the folder given (it must not exist): how often a
# cell that is held against itself comes out slower, and how often 5 % of CPU that is added to every request is found.
# Everything is fixed beforehand: 12 rounds, 7 times the 60 cells that are compared against themselves (the others are stock
# clients), 60 runs with the slowdown. Takes about 40 minutes on two cores.
set -euo pipefail
out=$(realpath -m "${1:?usage: scripts/validity.sh OUT}")
cd "$(dirname "$0")/.."
readonly rounds=12 repetitions=7 injected=60 percent=5

cargo build --release --workspace --quiet
PATH="$PWD/target/release:$PATH"
mkdir -p "$out"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# A trial that is invalid is kept with its reason, and said; it ends nothing.
run() { tlstax "$@" >/dev/null 2>"$work/stderr" || [ $? = 3 ] || { cat "$work/stderr" >&2; exit 1; }; }

for ((i = 1; i <= repetitions; i++)); do
  echo "each cell against itself, $i of $repetitions" >&2
  run run --aa new-conn -n 200 --rounds "$rounds" --seed "$i" --out "$out/aa/new-conn-$i"
  run run --aa keep-alive -n 2000 --rounds "$rounds" --seed "$i" --out "$out/aa/keep-alive-$i"
done

# What the known-answer engine's own fetch costs, and so what 5 % of it are.
run run --engine known-answer -n 400 -c 1 --rounds "$rounds" --seed 1 --out "$work/cost"
added=$(tlstax show "$work/cost" --json | python3 -c "
import json, sys
rows = [row for section in json.load(sys.stdin)['sections'] for row in section['rows']]
cost = next(row['figures']['client_us']['median'] for row in rows if row['cell'] == 'engine/known-answer/https/new-conn')
print(round(cost * $percent / 100, 2))")
echo "$percent % of a request are $added µs" >&2
printf '#!/bin/sh\nexec known-answer "$@"\n' >"$work/base"
printf '#!/bin/sh\nexec known-answer --add-us %s "$@"\n' "$added" >"$work/slower"
chmod +x "$work/base" "$work/slower"
for ((i = 1; i <= injected; i++)); do
  echo "5 % slower, $i of $injected" >&2
  run cmp --exec "$work/base" "$work/slower" serial/ureq/rustls/new-conn -n 400 -c 1 --rounds "$rounds" --seed "$i" \
    --out "$out/injected/$i"
done
python3 scripts/validity.py "$out"
