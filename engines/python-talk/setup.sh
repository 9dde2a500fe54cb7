#!/usr/bin/env bash
# Makes the virtual environment of a profile, or finds it made, and prints the path of its python: the only line on
# standard output. With --made it makes none, and asks no network. Exit 2, with the reason on standard error, where there is no such
# interpreter or no packages are to be had.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

fail() { echo "setup.sh: $*" >&2; exit 2; }
tell() { echo "setup.sh: $*" >&2; }

make=true
if [ "${1-}" = --made ]; then
  make=false
  shift
fi

# Profiles are the requirements that are there; which interpreters each may have stands here.
profile=${1-}
requirements=requirements/$profile.txt
imports='requests, OpenSSL, gevent'
case $profile in
  py27) names=(python2.7) accepts='v == (2, 7)' ;;
  py37) names=(python3.7) accepts='v == (3, 7)' ;;
  # urllib3 1.24 uses what Python 3.12 no longer has.
  py311) names=(python3.11) accepts='v == (3, 11)' ;;
  py311-today) names=(python3.11 python3 python3.12 python3.13 python3.14) accepts='v >= (3, 11)' ;;
  # No engine: the programs of that folder, which only a checkout has.
  habits)
    requirements=../../habits/python/requirements.txt
    imports='requests, httpx, aiohttp'
    names=(python3.11 python3 python3.12 python3.13 python3.14) accepts='v >= (3, 11)'
    ;;
  *) fail "usage: setup.sh [--made] py27|py37|py311|py311-today|habits" ;;
esac
[ $# -eq 1 ] || fail "one profile at a time"
[ -r "$requirements" ] || fail "$requirements is missing"

cache=${XDG_CACHE_HOME:-${HOME:?}/.cache}/tlstax/python-talk
place=$cache/$profile
python=$place/bin/python
wanted=$(cksum <"$requirements")

# A shim of pyenv is on PATH for every version that any project has, and runs only those that this folder may use: what
# does not run is no interpreter. Prints the one that runs, by its own word.
interpreter() {
  local name candidate
  local needs='import ctypes, ssl, sys'
  [ "$profile" = py27 ] || needs='import ctypes, ensurepip, ssl, sys, venv'
  for name in "${names[@]}"; do
    while read -r candidate; do
      [ -x "$candidate" ] || continue
      "$candidate" -c "$needs; v = sys.version_info[:2]; assert $accepts; print(sys.executable)" 2>/dev/null && return
    done < <(type -ap "$name" || true; printf '%s\n' "${PYENV_ROOT:-$HOME/.pyenv}"/versions/*/bin/"$name")
  done
  return 1
}

is_made() {
  [ "$(cat "$place/requirements.sum" 2>/dev/null)" = "$wanted" ] && "$python" -c "import $imports" 2>/dev/null
}

# Python 2.7 has no venv. virtualenv 20.21 is the last that makes environments for it, and runs on Python 3 as well.
virtualenv_for_27() {
  local old=$1 into=$2 tools=$2.tools helper
  for helper in python3.11 python3 "$old"; do
    rm -rf "$tools"
    if "$helper" -m pip install --quiet --disable-pip-version-check --no-warn-conflicts --target "$tools" \
        'virtualenv<20.22' >&2 &&
      PYTHONPATH=$tools "$helper" -m virtualenv --quiet --no-periodic-update --python "$old" "$into" >&2; then
      rm -rf "$tools"
      return 0
    fi
    tell "$helper could not make an environment for Python 2.7"
  done
  rm -rf "$tools"
  return 1
}

make_environment() {
  local base into before
  base=$(interpreter) || fail "no interpreter for $profile: none of ${names[*]} on PATH, or of pyenv, runs"
  tell "making $profile with $base"
  # An environment knows its own path, so it is made where it stays; the profile's name is a link, put there last.
  into=$(mktemp -d "$cache/.$profile.XXXXXX")
  made=$into
  if [ "$profile" = py27 ]; then
    virtualenv_for_27 "$base" "$into" || fail "no virtualenv for Python 2.7 is to be had"
  else
    "$base" -m venv "$into" >&2 || fail "$base makes no virtual environment"
  fi
  # Every package is pinned: what pip would choose besides is not wanted.
  "$into/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps -r "$requirements" >&2 ||
    fail "the packages of $profile are not to be had"
  "$into/bin/python" -m pip check --disable-pip-version-check >&2 || fail "the packages of $profile do not fit together"
  echo "$wanted" >"$into/requirements.sum"
  before=$(readlink "$place" || true)
  ln -s "${into##*/}" "$into.link"
  mv -fT "$into.link" "$place"
  made=
  [ -z "$before" ] || rm -rf "${cache:?}/$before"
}

made=
trap '[ -z "$made" ] || rm -rf "$made" "$made".*' EXIT
if ! is_made; then
  $make || fail "the environment of $profile is not made: engines/python-talk/setup.sh $profile makes it"
  mkdir -p "$cache" || fail "$cache cannot be made"
  # One at a time: the second finds what the first has made.
  exec 9>"$cache/$profile.lock"
  flock 9 || fail "$cache/$profile.lock cannot be locked"
  is_made || make_environment
  is_made || fail "the environment of $profile is made, and does not run"
fi
echo "$python"
