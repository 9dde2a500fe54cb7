#!/bin/sh
# So many POSTs of 4 KiB, one after another over one connection: curl_post.sh EXPECT URL N
# EXPECT is what stands in their header Expect: 100-continue, or nothing, which is right where the server ignores it.
set -eu
expect=$1 base=${2%/} n=$3
body=$(mktemp)
trap 'rm -f "$body"' EXIT
head -c 4096 /dev/zero | tr '\0' x >"$body"
curl --fail --no-progress-meter --http1.1 --header "Expect:${expect:+ $expect}" --data-binary "@$body" \
  --output /dev/null "$base/post?i=[1-$n]" || exit 1
echo "$n ok"
