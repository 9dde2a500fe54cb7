#!/usr/bin/env bash
# Makes every committed result, chart and figure of the README again, into the folder given (it must not exist), and
# says where what came out tells another story than what is committed. Takes about two and a half hours on two cores,
# which should have nothing else to do. Steps may be named behind the folder: matrix, waiting, scale, peers,
# known-answer, scenarios, profile, talk, pacing, comparing, validity, observe, record; all of them otherwise. Needs the
# zstd program.
set -euo pipefail
out=$(realpath -m "${1:?usage: scripts/reproduce.sh OUT [STEP]...}")
shift
cd "$(dirname "$0")/.."
steps=("$@")
[ ${#steps[@]} -gt 0 ] || steps=(matrix waiting scale peers known-answer scenarios profile talk pacing comparing validity observe record)

echo "building" >&2
cargo build --release --workspace
mkdir -p "$out"
PATH="$PWD/target/release:$PATH"
began=$SECONDS
tlstax() {
  echo "[$(((SECONDS - began) / 60)) min] tlstax $*" >&2
  # A trial that is invalid is kept with its reason, and said; it ends nothing.
  command tlstax "$@" >/dev/null || [ $? = 3 ]
}

matrix() {
  tlstax run --all --rounds 10 --pin split --seed 1 --out "$out/matrix-split"
  tlstax run --all --rounds 10 --pin none --seed 1 --out "$out/matrix-none"
}
waiting() {
  tlstax run rustls new-conn --path /delay/0.1 -n 64 --rounds 6 --seed 1 --out "$out/waiting"
}
scale() {
  tlstax run tokio-current tokio-multi smol async-std threads hyper ureq rustls new-conn -c 1,8,64,512,4096,10000 \
    --rounds 2 --pin none --seed 1 --out "$out/scale"
  tlstax run tokio-current tokio-multi smol async-std hyper rustls new-conn -n 10000 -c 10000 --path /delay/1 \
    --rounds 2 --pin none --seed 1 --out "$out/delay-10000"
}
peers() {
  scripts/peers.sh --rounds 6 --seed 1 --out "$out/peers" >/dev/null
}
known-answer() {
  tlstax run --engine 'known-answer --burn-us 1000 --sleep-ms 5' -n 200 -c 1 --rounds 10 --seed 1 --out "$out/known-answer"
}
scenarios() {
  for file in scenarios/*.toml; do
    name=$(basename "$file" .toml)
    tlstax run --scenario "$name" --seed 1 --out "$out/scenarios/$name"
  done
}
profile() {
  tlstax profile -f '^tokio-current/hyper/(plain|rustls|native-tls)/(new-conn|keep-alive)$' \
    -f '^(threads|rayon)/ureq/(plain|rustls|native-tls)/new-conn$' \
    -f '^tokio-current/(hyper|reqwest)/(rustls|native-tls)/new-client$' --out "$out/profile"
}
talk() {
  command tlstax talk --all --out "$out/talk" | grep -E '^(Blocking|The slides|A trust|Noting)' >"$out/talk.txt"
}
pacing() {
  tlstax run tokio-current hyper plain keep-alive --origin embedded -c 64 --rate 20000 --duration 2s --rounds 10 --seed 1 \
    --out "$out/pacing/rate-20000"
  local slow=(threads/ureq/rustls/keep-alive {tokio-current,tokio-multi,smol}/hyper/rustls/keep-alive --path /delay/0.05 -c 8)
  tlstax run "${slow[@]}" --rate 30 -n 60 --rounds 10 --seed 1 --out "$out/pacing/delay"
  tlstax run "${slow[@]}" -n 64 --rounds 10 --seed 1 --out "$out/pacing/delay-closed"
}
comparing() {
  # That a version is slower is a finding here, and no failure.
  scripts/gate.sh --base ureq@3.3.0,rustls@0.23.36 --new ureq@3.3.0,rustls@0.23.46 -- --rounds 20 --seed 1 \
    -f '^(tokio-current/hyper|threads/ureq)/rustls/(new-conn|keep-alive)$' --out "$out/comparing/rustls" >/dev/null || [ $? = 1 ]
  scripts/gate.sh --base hyper@1.9.0 --new hyper@1.12.0 -- --rounds 20 --seed 1 \
    -f '^tokio-current/hyper/(plain|rustls)/(new-conn|keep-alive)$' --out "$out/comparing/hyper" >/dev/null || [ $? = 1 ]
}
validity() {
  scripts/validity.sh "$out/validity" >/dev/null
}
observe() {
  scripts/observe.sh "$out/observe" >/dev/null
}
record() {
  cargo bench --bench record 2>/dev/null | grep -E '^record.*time:' >"$out/record.txt"
}

for step in "${steps[@]}"; do
  "$step"
done
for folder in "$out"/*/run.json "$out"/{scenarios,pacing}/*/run.json; do
  [ -f "$folder" ] || continue
  folder=$(dirname "$folder")
  command tlstax report "$folder" -o "$out/pages/${folder#"$out"/}" >/dev/null
done
echo "pages: $out/pages" >&2
scripts/thin.sh "$out"
python3 scripts/same_story.py results "$out"
