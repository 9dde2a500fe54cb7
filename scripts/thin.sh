#!/usr/bin/env bash
# Makes the result folders in the folder given as small as the committed ones: `tlstax thin` takes out what no table and
# no chart is made of, and the zstd program, at its highest usual level, compresses what is left by a third more than
# tlstax does. Nothing is taken out of pacing/delay and pacing/delay-closed, of which scripts/held_against_ledger.py
# needs every request. Uses tlstax from PATH; it may be run again.
set -euo pipefail
out=${1:?usage: scripts/thin.sh OUT}
command -v zstd >/dev/null || { echo "thin.sh: the zstd program is not installed" >&2; exit 2; }
find "$out" -name run.json -printf '%P\n' | sort | while read -r file; do
  folder=$(dirname "$file")
  case "$folder" in
    pacing/delay | pacing/delay-closed) tlstax thin --whole "$out/$folder" ;;
    *) tlstax thin "$out/$folder" ;;
  esac
  trials=$out/$folder/trials.ndjson.zst
  zstd --decompress --quiet --stdout "$trials" | zstd -19 --quiet --stdout >"$trials.new"
  mv "$trials.new" "$trials"
done
