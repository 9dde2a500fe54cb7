#!/usr/bin/env bash
# Fails (exit 1) when a change makes cells slower: builds tlstax with and without it, runs both by turns, and compares.
#
#   scripts/gate.sh --base WHICH --new WHICH [--fail-above PCT] [--work DIR] [-- FLAGS of `tlstax cmp --exec`]
#
# WHICH is one of
#   hyper@1.11.0          this tlstax with that version of a dependency; several with commas between
#   hyper=../hyper        this tlstax with a dependency from that folder
#   v0.1.0                that revision of this repository
#   ./target/release/x    a program that is built already
# BASE is linked twice, the second time with its functions in reverse order, so that what layout alone moves is no verdict.
# PCT is 5 if it is not given. --work keeps what is built, for the next call; else it goes. Exit: 0 no change for the worse
# that was found, 1 slower, 2 wrong usage or a build that fails, 3 a trial was invalid.
set -euo pipefail

usage() {
  sed -n '2,15s/^# \{0,1\}//p' "$0" >&2
  exit 2
}

base='' new='' above=5 work=''
while [ $# -gt 0 ]; do
  case "$1" in
    --base) base=${2-}; shift ;;
    --new) new=${2-}; shift ;;
    --fail-above) above=${2-}; shift ;;
    --work) work=${2-}; shift ;;
    --) shift; break ;;
    *) usage ;;
  esac
  shift || usage
done
[ -n "$base" ] && [ -n "$new" ] || usage
repository=$(cd "$(dirname "$0")/.." && pwd)
invoked_in=$PWD

if [ -n "$work" ]; then
  mkdir -p "$work"
  work=$(cd "$work" && pwd)
else
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
fi
# All builds share what they have in common.
export CARGO_TARGET_DIR="$work/target"

# -1 reverses the order: what belongs together stays together, as in any build. A random order scatters it, which
# costs by itself. It takes lld, the linker that Rust uses of itself for x86-64 Linux.
reorder='-C link-arg=-fuse-ld=lld -C link-arg=-Wl,--shuffle-sections=.text*=-1'

# source REVISION: its files, without the history, in a folder that is always the same so that no path makes a difference.
source_of() {
  rm -rf "$work/source"
  mkdir -p "$work/source"
  git -C "$repository" archive "$1" | tar -x -C "$work/source"
}

# build NAME [RUSTC FLAG]...: what stands in the source folder, as $work/NAME.
build() {
  local name=$1
  shift
  echo "building $name" >&2
  (cd "$work/source" && cargo rustc --quiet --release --package tlstax --bin tlstax "${config[@]}" -- "$@") &&
    cp "$work/target/release/tlstax" "$work/$name"
}

# program NAME WHICH: leaves a build in $work/NAME, and for the base a second one in $work/again.
program() {
  local name=$1 which=$2
  config=()
  if [ -f "$which" ] && [ -x "$which" ]; then
    cp "$which" "$work/$name"
    return
  fi
  case "$which" in
    *=*)
      source_of HEAD
      local folder
      folder=$(cd "$invoked_in" && cd "${which#*=}" && pwd) || { echo "gate: there is no folder ${which#*=}" >&2; exit 2; }
      config=(--config "patch.crates-io.${which%%=*}.path='$folder'")
      ;;
    *@*)
      source_of HEAD
      local pin
      for pin in ${which//,/ }; do
        (cd "$work/source" && cargo update --quiet --package "${pin%%@*}" --precise "${pin#*@}") || exit 2
      done
      ;;
    *)
      git -C "$repository" rev-parse --quiet --verify "$which^{commit}" >/dev/null ||
        { echo "gate: $which is neither a program, a revision, NAME@VERSION nor NAME=FOLDER" >&2; exit 2; }
      source_of "$which"
      ;;
  esac
  build "$name" || exit 2
  if [ "$name" = base ]; then
    # shellcheck disable=SC2086 # several flags
    build again $reorder || echo "gate: this linker cannot reorder functions, so that layout noise stays unknown" >&2
  fi
}

rm -f "$work/again"
program base "$base"
program new "$new"
again=()
[ ! -f "$work/again" ] || again=(--again "$work/again")
# The newer one compares: it knows whatever the older one writes.
"$work/new" cmp --exec "$work/base" "$work/new" "${again[@]}" --fail-above "$above" "$@"
