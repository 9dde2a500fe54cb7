#!/usr/bin/env bash
# Measures a stranger's first minute: in a fresh Debian with an empty environment, from an installed wheel to the first
# table of `tlstax run`, and to the first answer of `tlstax observe` about a program in Python.
#
#   scripts/first-steps.sh WHEEL [CHROOT]
#
# Needs root and debootstrap. CHROOT, a folder with a Debian that has python3-venv, is made where it is missing, and
# kept; without one a temporary folder is used. Exit: 0 both came in time (60 s and 15 s), 1 one did not, 2 wrong usage.
set -euo pipefail

[ $# -ge 1 ] && [ -f "$1" ] || { sed -n '2,8s/^# \{0,1\}//p' "$0" >&2; exit 2; }
wheel=$(realpath "$1")
if [ -n "${2-}" ]; then
  chroot=$2
else
  chroot=$(mktemp -d)
  made=$chroot
fi
mounted=''
finish() {
  [ -z "$mounted" ] || umount "$chroot/proc"
  [ -z "${made-}" ] || rm -rf "$made"
}
trap finish EXIT
if [ ! -x "$chroot/usr/bin/python3" ]; then
  debootstrap --variant=minbase --include=python3-venv bookworm "$chroot" >/dev/null
fi
# Debian's installer writes it, debootstrap does not.
[ -e "$chroot/etc/hosts" ] || echo '127.0.0.1 localhost' >"$chroot/etc/hosts"
mountpoint -q "$chroot/proc" || { mount -t proc proc "$chroot/proc"; mounted=yes; }

inside() { env -i PATH=/usr/bin:/bin:/usr/sbin:/sbin chroot "$chroot" sh -euc "$1"; }
home=/tmp/first-steps
rm -rf "${chroot:?}$home"
mkdir -p "$chroot$home"
cp "$wheel" "$chroot$home/"
# What is timed begins when the wheel is installed.
inside "cd $home && python3 -m venv venv && venv/bin/pip install --quiet --no-index --no-deps ./*.whl"
cat >"$chroot$home/fetch.py" <<'END'
import sys, urllib.request

for _ in range(5):
    urllib.request.urlopen(sys.argv[1]).read()
END

late=0
# timed WHAT LIMIT EXPECTED COMMAND: how long the command takes until it has said EXPECTED and ended.
timed() {
  local what=$1 limit=$2 expected=$3 began took
  began=$(date +%s%N)
  inside "cd $home && PATH=$home/venv/bin:\$PATH && $4" >"$chroot$home/said" 2>&1 || {
    cat "$chroot$home/said"
    echo "FAILED   $what"
    late=1
    return
  }
  took=$((($(date +%s%N) - began) / 1000000))
  if ! grep -q "$expected" "$chroot$home/said"; then
    cat "$chroot$home/said"
    echo "FAILED   $what: it did not say $expected"
    late=1
  elif [ "$took" -gt "$((limit * 1000))" ]; then
    echo "FAILED   $what took $took ms, more than $limit s"
    late=1
  else
    echo "ok       $what took $took ms, of $limit s at most"
  fi
}
timed 'wheel to first table' 60 'new-conn' 'tlstax run'
timed "wheel to observe's first answer" 15 'HTTPS' 'tlstax observe python3 fetch.py {url}/get'
exit "$late"
