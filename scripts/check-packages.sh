#!/usr/bin/env bash
# Packs every crate as `cargo publish` would, unpacks the packages in an empty folder, and checks that the program
# compiles from them alone: that no crate needs a file that its package does not have.
#
# usage: scripts/check-packages.sh
set -euo pipefail
cd "$(dirname "$0")/.."
scratch=$(mktemp -d "${TMPDIR:-/tmp}/tlstax-packages.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM HUP

# What only tests, benchmarks and the checks of `observe` need is never published.
private=(benches habits known-answer tlstax-fixtures)
target=${CARGO_TARGET_DIR:-$PWD/target}
rm -rf "$target/package"
cargo package --workspace "${private[@]/#/--exclude=}" --allow-dirty --no-verify --quiet

# As the workspace builds, so that the libraries that are compiled already are of use here.
options=(--config 'profile.release.debug="line-tables-only"')
# Each package in the place of the crate of its name: nothing of them is on crates.io before they are published.
for package in "$target"/package/*.crate; do
  tar -xzf "$package" -C "$scratch"
  folder=$(basename "$package" .crate)
  options+=(--config "patch.crates-io.${folder%-*}.path=\"$scratch/$folder\"")
done
cd "$scratch/tlstax-"[0-9]*
cargo check --release --quiet --target-dir "$target" "${options[@]}"
echo "$(find "$target/package" -maxdepth 1 -name "*.crate" | wc -l) packages; the program compiles from them"
