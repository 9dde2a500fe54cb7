#!/usr/bin/env bash
# Prints a rustc that has the standard library for a target: this machine's, where it has it, else Debian's.
#
#   scripts/rustc-for.sh TARGET CACHE
#
# Debian's is extracted into CACHE, and nothing is installed; libraries for other architectures are packages of those.
# Exit: 0 there is one, 2 wrong usage, 3 there is none: where rustup may fetch, `rustup target add TARGET` brings it.
set -euo pipefail

[ $# -eq 2 ] || { sed -n '2,7s/^# \{0,1\}//p' "$0" >&2; exit 2; }
target=$1 cache=$2 here=$(cd "$(dirname "$0")" && pwd)

has_std() {
  local libraries
  libraries=$("$1" --print target-libdir --target "$target" 2>/dev/null) &&
    compgen -G "$libraries/libstd-*.rlib" >/dev/null
}

none() {
  echo "no standard library for $target: where rustup may fetch, \`rustup target add $target\` brings it" >&2
  exit 3
}

if has_std rustc; then
  command -v rustc
  exit
fi
case "$target" in
  aarch64-unknown-linux-gnu) architecture=arm64 ;;
  x86_64-unknown-linux-gnu) architecture=amd64 ;;
  *) none ;;
esac
# Two names: rustc-web follows Rust's releases also in a Debian that is stable, whose rustc stays as old as that is.
host=$(dpkg --print-architecture 2>/dev/null) || none
web=$(apt-cache show rustc-web 2>/dev/null | sed -n 's/^Version: \([0-9]*\.[0-9]*\)\..*/\1/p' | sort -V | tail -1)
[ -n "$web" ] || none
driver=$(apt-cache show "libstd-rust-web-$web" 2>/dev/null | sed -n 's/^Depends: .*\(libllvm[0-9]*\).*/\1/p' | head -1)
[ -n "$driver" ] || none
packages=("rustc-web:$host" "libstd-rust-web-$web:$host" "libstd-rust-web-dev:$host" "$driver:$host")
[ "$architecture" = "$host" ] || packages+=("libstd-rust-web-dev:$architecture")
"$here/debian-extract.sh" "$cache" "${packages[@]}" || none
# Its own libraries are found beside it, and by no other program.
libraries=$(dirname "$(find "$cache/usr/lib" -name 'libLLVM*.so*' | head -1)")
cache=$(cd "$cache" && pwd) libraries=$(cd "$libraries" && pwd)
cat >"$cache/rustc" <<END
#!/bin/sh
LD_LIBRARY_PATH=$libraries\${LD_LIBRARY_PATH:+:\$LD_LIBRARY_PATH} exec "$cache/usr/bin/rustc" "\$@"
END
chmod +x "$cache/rustc"
has_std "$cache/rustc" || none
echo "$cache/rustc"
