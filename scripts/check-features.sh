#!/usr/bin/env bash
# Fails where the programs are built with other features of a dependency than the tests of the whole workspace are:
# Cargo then builds that dependency, and every crate above it, twice, and the tests test another program than users run.
# What differs is named; the mend is to ask for the same features in [workspace.dependencies].
#
# usage: scripts/check-features.sh
set -euo pipefail
cd "$(dirname "$0")/.."

# A line per package: name, version, features. What a build script or macro needs is built apart, with features of its
# own. Cargo marks a package that is its own dependency through tests by (*), also where it is told to repeat all.
features() {
  cargo tree --locked "$@" --prefix none --no-dedupe --format '{p}|{f}' |
    sed -E 's/ \(proc-macro\)//; s/ \([^)]*\)\|/|/; s/ \(\*\)$//' | grep -v '^$' | sort -u
}
programs=$(features --edges normal,no-proc-macro)
tests=$(features --workspace --edges normal,dev,no-proc-macro)
# Lines of packages that both have, and that only one has so.
differ=$(comm -3 <(echo "$programs") <(echo "$tests") | tr -d '\t' | sort |
  awk -F'|' '{ if ($1 == last) print before "\n" $0; last = $1; before = $0 }' | sort -u)
[ -z "$differ" ] || { printf 'check-features.sh: built with different features:\n%s\n' "$differ" >&2; exit 1; }
