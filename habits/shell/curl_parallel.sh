#!/bin/sh
# One curl for all requests, eight at a time. It numbers them itself: the query is what makes n URLs of one.
set -eu
base=${1%/} n=$2
curl --fail --no-progress-meter --parallel --parallel-max 8 --output /dev/null "$base/get?i=[1-$n]" || exit 1
echo "$n ok"
