#!/usr/bin/env bash
# Makes the reference results again, into the folder given (it must not exist). Takes about 40 minutes on two cores, which
# should have nothing else to do.
set -euo pipefail
out=$(realpath -m "${1:?usage: scripts/reference.sh OUT}")
cd "$(dirname "$0")/.."
cargo build --release --workspace
mkdir "$out"
PATH="$PWD/target/release:$PATH"
tlstax() { command tlstax "$@" >/dev/null; }
tlstax run --all --rounds 10 --pin split --seed 1 --out "$out/matrix-split"
tlstax run --all --rounds 10 --pin none --seed 1 --out "$out/matrix-none"
tlstax run rustls new-conn --path /delay/0.1 -n 64 --rounds 6 --seed 1 --out "$out/waiting"
tlstax run tokio-current tokio-multi smol async-std threads hyper ureq rustls new-conn -c 1,8,64,512,4096,10000 \
  --rounds 2 --pin none --seed 1 --out "$out/scale"
tlstax run tokio-current tokio-multi smol async-std hyper rustls new-conn -n 10000 -c 10000 --path /delay/1 \
  --rounds 2 --pin none --seed 1 --out "$out/delay-10000"
scripts/peers.sh --rounds 6 --seed 1 --out "$out/peers" >/dev/null
tlstax run --engine 'known-answer --burn-us 1000 --sleep-ms 5' -n 200 -c 1 --rounds 10 --seed 1 \
  --out "$out/known-answer"
command tlstax talk --all --out "$out/talk" | grep -E '^(Blocking|The slides|A trust|Noting)' >"$out/talk.txt"
cargo bench --bench record 2>/dev/null | grep -E '^record.*time:' >"$out/record.txt"
