#!/usr/bin/env bash
# Makes what is given away, in dist/: a program and a Python wheel of it for each target, and their checksums.
#
#   scripts/release.sh [TARGET]...          makes them; without targets all of:
#     x86_64-unknown-linux-gnu, aarch64-unknown-linux-gnu     for glibc 2.28 or newer
#     x86_64-unknown-linux-musl                               static, with musl's allocator: its figures are others
#   scripts/release.sh --check [--strict]   checks what is in dist/ (scripts/check-release.sh)
#
# A target that cannot be built here is named and left out. The C compiler and the linker of all targets are zig's,
# which link for an older glibc than this machine's; maturin calls them. Both come as Python wheels into dist/.cache.
# Exit: 0 made, 1 a build failed, 2 wrong usage, 3 a target that was named cannot be built here.
set -euo pipefail
cd "$(dirname "$0")/.."

targets=(x86_64-unknown-linux-gnu aarch64-unknown-linux-gnu x86_64-unknown-linux-musl)
tools=(maturin==1.16.0 ziglang==0.17.1 wheel==0.45.1)

if [ "${1-}" = --check ]; then
  shift
  exec scripts/check-release.sh "$@"
fi
named=$#
[ $# -eq 0 ] || targets=("$@")
for target in "${targets[@]}"; do
  case "$target" in
    *-linux-gnu | *-linux-musl) ;;
    *) sed -n '2,12s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
  esac
done

dist=$PWD/dist cache=$PWD/dist/.cache
mkdir -p "$cache"
version=$(sed -n '/^\[workspace.package\]/,/^\[/s/^version = "\(.*\)"/\1/p' Cargo.toml)
if [ "$(cat "$cache/tools.txt" 2>/dev/null)" != "${tools[*]}" ]; then
  rm -rf "$cache/tools"
  python3 -m venv "$cache/tools"
  "$cache/tools/bin/pip" install --quiet "${tools[@]}"
  echo "${tools[*]}" >"$cache/tools.txt"
fi
# zig's linker strips every name where it is told to strip what debuggers read, so that is done here, by the program
# that rustc has for it, or LLVM's own: both know every architecture.
sysroot=$(rustc --print sysroot)
objcopy=(env "LD_LIBRARY_PATH=$sysroot/lib" "$(find "$sysroot" -name rust-objcopy -type f | head -1)")
"${objcopy[@]}" --version >/dev/null 2>&1 || objcopy=(llvm-objcopy)
"${objcopy[@]}" --version >/dev/null || {
  echo "release.sh: neither a toolchain's rust-objcopy nor llvm-objcopy runs here: install LLVM" >&2
  exit 1
}
# maturin finds zig by the Python that is first on the path.
PATH=$cache/tools/bin:$PATH

make_target() {
  local target=$1 rustc work compatibility program
  rustc=$(scripts/rustc-for.sh "$target" "$cache/debian-$target") || return 3
  case "$target" in
    *-gnu) compatibility=manylinux_2_28 ;;
    *-musl) compatibility=musllinux_1_2 ;;
  esac
  work=$cache/work-$target
  rm -rf "$work"
  RUSTC=$rustc maturin build --profile dist --locked --zig --target "$target" --compatibility "$compatibility" \
    --manifest-path crates/tlstax/Cargo.toml --out "$work" -- -C strip=none || return 1
  python3 -m wheel unpack --dest "$work" "$work"/*.whl || return 1
  program=$(find "$work" -path '*.data/scripts/tlstax')
  "${objcopy[@]}" --strip-debug "$program" || return 1
  python3 -m wheel pack --dest-dir "$dist" "$work/tlstax-$version" || return 1
  # The very program of the wheel.
  install -m 755 "$program" "$dist/tlstax-$version-$target"
}

made=0
for target in "${targets[@]}"; do
  echo "== $target"
  code=0
  make_target "$target" || code=$?
  case $code in
    0) made=$((made + 1)) ;;
    3) echo "left out: $target"; [ "$named" -eq 0 ] || exit 3 ;;
    *) exit 1 ;;
  esac
done
(cd dist && find . -maxdepth 1 -type f -name 'tlstax-*' -printf '%P\n' | LC_ALL=C sort | xargs -r sha256sum >SHA256SUMS)
echo "$made of ${#targets[@]} targets are in dist/:"
(cd dist && ls -l | tail -n +2)
