#!/bin/sh
# A curl per request: a process, a trust store, a connection and a handshake each.
set -eu
base=${1%/} n=$2
i=0
while [ "$i" -lt "$n" ]; do
  curl --fail --silent --show-error --output /dev/null "$base/get" || exit 1
  i=$((i + 1))
done
echo "$n ok"
