#!/usr/bin/env bash
# Extracts Debian packages into a folder, those of other architectures too, and installs nothing on the system.
#
#   scripts/debian-extract.sh FOLDER PACKAGE[:ARCHITECTURE]...
#
# The packages come from the sources that this machine's apt has. What is there is not fetched again: FOLDER/.packages
# lists it. Exit: 0 they are there, 2 wrong usage, 3 there is no apt, or it does not have them.
set -euo pipefail

[ $# -ge 2 ] || { sed -n '2,7s/^# \{0,1\}//p' "$0" >&2; exit 2; }
mkdir -p "$1"
folder=$(cd "$1" && pwd)
shift
[ "$(cat "$folder/.packages" 2>/dev/null)" = "$*" ] && exit 0
command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || {
  echo "no Debian packages: apt is missing" >&2
  exit 3
}

# Package lists of its own: the system's have only the architectures that the system has.
state=$(mktemp -d)
trap 'rm -rf "$state"' EXIT
mkdir -p "$state/lists/partial" "$state/cache/archives/partial" "$state/debs"
options=(-o "Dir::State::lists=$state/lists" -o "Dir::Cache=$state/cache" -o APT::Sandbox::User=root)
architectures=$(printf '%s\n' "$(dpkg --print-architecture)" "$@" |
  sed 's/.*://' | grep -xE '[a-z]+64|armhf|i386' | sort -u)
for architecture in $architectures; do
  options+=(-o "APT::Architectures::=$architecture")
done
# A source that does not answer is no reason to stop: the packages may be in another.
apt-get "${options[@]}" update >"$state/log" 2>&1 || true
if ! (cd "$state/debs" && apt-get "${options[@]}" download "$@" >>"$state/log" 2>&1); then
  { echo "apt has not all of: $*"; grep '^E:' "$state/log" || tail -3 "$state/log"; } >&2
  exit 3
fi
for package in "$state"/debs/*.deb; do
  dpkg-deb -x "$package" "$folder"
done
echo "$*" >"$folder/.packages"
