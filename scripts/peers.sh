#!/usr/bin/env bash
# Runs other load tools beside the nearest cells of tlstax, over kept connections and against the same origin: two tools,
# two numbers, and why. Tools that are not installed are left out. Arguments go to `tlstax run`.
set -euo pipefail
cd "$(dirname "$0")/.."

# -k and --insecure where a tool cannot be told a CA file: its rows then say that it does not verify.
exec cargo run --release --quiet -- run -f '^(tokio-current/hyper|tokio-multi/reqwest|threads/ureq)/(plain|rustls)/keep-alive$' \
  -n 40000 -c 64 \
  --engine 'wrk -t1 -c{c} -d{s}s {url}' \
  --engine 'oha --no-tui -n {n} -c {c} --cacert {ca} {url}' \
  --engine 'hey -n {n} -c {c} {url}' \
  --engine 'bombardier -n {n} -c {c} --insecure {url}' \
  --engine 'h2load --h1 -t1 -n {n} -c {c} {url}' \
  "$@"
