#!/usr/bin/env bash
# Checks what scripts/release.sh made: that each program in dist/ is what it is called, and works.
#
#   scripts/check-release.sh [--strict]
#
# Of each target: the file's type, the newest glibc that it asks for, its size, that function names are kept; then
# `--version`, `list`, `show` and `report` of a committed result, and a trial; of each wheel, that it holds the same
# program, and answers when it is installed into an empty virtual environment. Programs of another architecture run
# under qemu-user. What this machine cannot check is named and counted as skipped; with --strict that is a failure. The
# last line counts.
# Exit: 0 nothing failed, 1 something did, 2 wrong usage.
set -euo pipefail
cd "$(dirname "$0")/.."

strict=''
case "$#${1-}" in
  0) ;;
  1--strict) strict=yes ;;
  *) sed -n '2,13s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac

scripts=$PWD/scripts dist=$PWD/dist cache=$PWD/dist/.cache
committed=$PWD/results/waiting
version=$(sed -n '/^\[workspace.package\]/,/^\[/s/^version = "\(.*\)"/\1/p' Cargo.toml)
newest_glibc=2.28
most_bytes=$((45 * 1000 * 1000))
passed=0 failed=0 skipped=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

pass() { passed=$((passed + 1)); echo "ok       $*"; }
fail() { failed=$((failed + 1)); echo "FAILED   $*"; }
skip() { skipped=$((skipped + 1)); echo "skipped  $*"; }

# check WHAT COMMAND...: it passes where the command succeeds; what it said is shown where it does not.
check() {
  local what=$1
  shift
  if "$@" >"$work/said" 2>&1; then
    pass "$what"
  else
    fail "$what"
    sed 's/^/         /' "$work/said" | head -20
  fi
}

# What the file is.
has_type() {
  local machine=$1 linked=$2 program=$3 header
  header=$(readelf --file-header "$program")
  grep -q "Machine:.*$machine" <<<"$header" || { echo "$header"; return 1; }
  case "$linked" in
    static) ! readelf --program-headers "$program" | grep INTERP ;;
    dynamic) readelf --program-headers "$program" | grep -q INTERP ;;
  esac
}
asks_for_no_newer_glibc() {
  local newest
  newest=$(readelf --version-info --wide "$1" | grep -o 'GLIBC_[0-9.]*' | sort -uV | tail -1)
  [ -n "$newest" ] || { echo "it asks for no version of glibc"; return 1; }
  [ "$(printf '%s\n' "$newest" "GLIBC_$newest_glibc" | sort -V | tail -1)" = "GLIBC_$newest_glibc" ] || {
    echo "it asks for $newest"
    return 1
  }
}
is_small() {
  local bytes
  bytes=$(stat -c %s "$1")
  echo "$bytes bytes"
  [ "$bytes" -le "$most_bytes" ]
}
# `tlstax profile` names functions by them.
has_names() {
  local names
  names=$(readelf --symbols --wide "$1" | grep -c FUNC) || true
  echo "$names names of functions"
  [ "$names" -ge 10000 ] && ! readelf --sections --wide "$1" | grep '\.debug_info'
}

# What it answers; RUN is how it is run.
run=()
answers() {
  local expected=$1
  shift
  "${run[@]}" "$@" | tee "$work/answer" | grep -c "$expected" >/dev/null || {
    cat "$work/answer"
    return 1
  }
}
runs_a_trial() {
  local allocator=$1 program=$2
  shift 2
  (
    rm -rf "$work/trial" && mkdir "$work/trial" && cd "$work/trial" &&
      "${run[@]}" "$program" run serial/ureq/rustls/new-conn -n 3 -c 1 --rounds 1 --origin embedded --out result "$@" &&
      grep -q "\"allocator\": *\"$allocator\"" result/run.json
  )
}
draws_a_report() {
  rm -rf "$work/page"
  "${run[@]}" "$1" report "$committed" -o "$work/page" && grep -q '</html>' "$work"/page/*.html
}

# How programs of another architecture run here, as RUN; fails where they cannot. The kernel of its own user namespace
# is told of qemu, so that a program that starts itself again works, too; the system is left as it is.
emulate() {
  local debian=$1 qemu binfmt registration root=$cache/root-$1
  [ "$debian" = arm64 ] || return 1
  qemu=$(command -v qemu-aarch64-static) || { echo "qemu-user-static is missing"; return 1; }
  registration=/usr/lib/binfmt.d/qemu-aarch64.conf
  [ -e "$registration" ] || { echo "$registration is missing"; return 1; }
  "$scripts/debian-extract.sh" "$root" "libc6:$debian" "libgcc-s1:$debian" || return 1
  binfmt=/proc/sys/fs/binfmt_misc
  run=(env "QEMU_LD_PREFIX=$root" unshare --user --map-root-user --mount sh -c
    "mount -t binfmt_misc none $binfmt && cat $registration >$binfmt/register && exec \"\$@\"" "$qemu")
  "${run[@]}" true 2>"$work/said" || { cat "$work/said"; return 1; }
}

check_program() {
  local target=$1 program=$2 machine linked=dynamic allocator=glibc name
  name=$(basename "$program")
  case "$target" in
    x86_64-*) machine=X86-64 ;;
    aarch64-*) machine=AArch64 ;;
  esac
  case "$target" in
    *-musl) linked=static allocator=musl ;;
  esac
  check "$name is a $linked program for $machine" has_type "$machine" "$linked" "$program"
  [ "$linked" = static ] || check "$name asks for glibc $newest_glibc or older" asks_for_no_newer_glibc "$program"
  check "$name is no larger than 45 MB" is_small "$program"
  check "$name keeps the names of functions, and no more" has_names "$program"

  run=(env)
  if [ "${target%%-*}" != "$(uname -m)" ]; then
    if [ "$target" != aarch64-unknown-linux-gnu ] || ! emulate arm64 >"$work/why" 2>&1; then
      skip "$name cannot run here: $(tail -1 "$work/why" 2>/dev/null)"
      return
    fi
  fi
  check "$name: --version" answers "^tlstax $version" "$program" --version
  check "$name: list" answers "tokio-multi/hyper/rustls/new-conn" "$program" list
  check "$name: show $(basename "$committed")" answers "tokio-multi/hyper" "$program" show "$committed"
  check "$name: report $(basename "$committed")" draws_a_report "$program"
  check "$name: a trial, which names its allocator" runs_a_trial "$allocator" "$program"
}

holds_the_program() {
  python3 - "$1" "$2" <<'END'
import hashlib, sys, zipfile
wheel, program = sys.argv[1:]
with zipfile.ZipFile(wheel) as packed:
    [name] = [name for name in packed.namelist() if name.endswith(".data/scripts/tlstax")]
    packed = packed.read(name)
with open(program, "rb") as file:
    sys.exit(hashlib.sha256(packed).digest() != hashlib.sha256(file.read()).digest())
END
}
answers_installed() {
  rm -rf "$work/venv"
  python3 -m venv "$work/venv" &&
    "$work/venv/bin/pip" install --quiet --no-index --no-deps --disable-pip-version-check "$1" &&
    (cd "$work" && env -i PATH="$work/venv/bin:/usr/bin:/bin" tlstax -V) | grep -xF "tlstax $version"
}

check_wheel() {
  local target=$1 wheel=$2 program=$3 name
  name=$(basename "$wheel")
  check "$name holds the same program" holds_the_program "$wheel" "$program"
  if [ "${target%%-*}" = "$(uname -m)" ] && python3 -c 'import ensurepip, venv' 2>/dev/null; then
    check "$name answers when it is installed" answers_installed "$wheel"
  else
    skip "$name cannot be installed here: this is $(uname -m), or Python has no venv"
  fi
}

for target in x86_64-unknown-linux-gnu aarch64-unknown-linux-gnu x86_64-unknown-linux-musl; do
  program=$dist/tlstax-$version-$target
  if [ ! -e "$program" ]; then
    skip "tlstax-$version-$target was not made"
    continue
  fi
  check_program "$target" "$program"
  case "$target" in
    *-gnu) platform=manylinux_2_28 ;;
    *-musl) platform=musllinux_1_2 ;;
  esac
  wheel=$(compgen -G "$dist/tlstax-$version-*$platform*_${target%%-*}.whl" | head -1) || true
  if [ -n "$wheel" ]; then
    check_wheel "$target" "$wheel" "$program"
  else
    fail "there is no wheel for $target"
  fi
done

sums_hold() {
  (cd "$dist" && sha256sum --check --quiet SHA256SUMS &&
    diff <(sed 's/^[^ ]*  //' SHA256SUMS) <(find . -maxdepth 1 -name 'tlstax-*' -printf '%P\n' | LC_ALL=C sort))
}
check "SHA256SUMS is of what is there" sums_hold

builder=$(command -v podman || command -v docker || true)
if [ -n "$builder" ] && "$builder" info >/dev/null 2>&1; then
  check "Containerfile: --version" sh -c "'$builder' build --quiet --tag tlstax-check --file Containerfile . &&
    '$builder' run --rm tlstax-check --version | grep '^tlstax $version'"
else
  skip "Containerfile cannot be built here: neither podman nor a Docker engine answers"
fi

[ -z "$strict" ] || failed=$((failed + skipped))
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
