#!/bin/sh
# A curl per request, four at a time: curl_xargs.sh URL N
set -eu
base=${1%/} n=$2
seq "$n" | xargs -P 4 -I '{}' curl --fail --silent --show-error --output /dev/null "$base/get?i={}" || exit 1
echo "$n ok"
