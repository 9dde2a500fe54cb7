#!/usr/bin/env bash
# Observes three of the programs in habits/ and measures what the proxy costs: observe.sh OUT. Needs tlstax on PATH (or in target/release),
# Go, and the Python environments that engines/python-talk/setup.sh makes.
set -euo pipefail
cd "$(dirname "$0")/.."
out=${1:?usage: observe.sh OUT}
PATH=$PWD/target/release:$PATH
mkdir -p "$out"

# Interpreters by their name alone: an observation holds the command as it was given.
with_python() {
  local python
  python=$(engines/python-talk/setup.sh "$1")
  shift
  PATH=${python%/*}:$PATH "$@"
}

with_python py311 tlstax observe -o "$out/talk-stage-2" -- python3 habits/python/talk_stage.py 2 '{url}' 10
with_python habits tlstax observe -o "$out/requests-get" -- python3 habits/python/requests_get.py '{url}' 12

# Through the proxy, to a host that only the proxy knows.
programs=$(mktemp -d)
tlstax origin --origin embedded >"$programs/origin" &
origin=$!
trap 'kill -TERM $origin; wait $origin || true; rm -rf "$programs"' EXIT
go build -C habits/go -o "$programs/habits" .
until grep -q '^Ctrl-C' "$programs/origin"; do sleep 0.1; done
port=$(sed -n 's|^https://localhost:||p' "$programs/origin")
ca=$(sed -n 's/^CA file: //p' "$programs/origin")
SSL_CERT_FILE=$ca PATH=$programs:$PATH tlstax observe -o "$out/go-leaked" --map "shop.tlstax.test=127.0.0.1:$port" -- \
  habits leaked 'https://shop.tlstax.test/delay/0.1?' 12

cargo build --release --quiet -p tlstax-origin
cargo run --release --quiet -p tlstax-observer --example proxy_cost | tee "$out/proxy-cost.txt"
