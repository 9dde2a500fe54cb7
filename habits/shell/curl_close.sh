#!/bin/sh
# One curl, whose header asks for each connection to be closed: curl_close.sh URL N
set -eu
base=${1%/} n=$2
curl --fail --no-progress-meter --header 'Connection: close' --output /dev/null "$base/get?i=[1-$n]" || exit 1
echo "$n ok"
