#!/bin/sh
# One curl for all requests, one after another over one connection: curl_serial.sh URL N
set -eu
base=${1%/} n=$2
curl --fail --no-progress-meter --output /dev/null "$base/get?i=[1-$n]" || exit 1
echo "$n ok"
