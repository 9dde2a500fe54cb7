#!/usr/bin/env bash
# Runs the field set (habits/field.toml) under `tlstax observe` and holds what is found against what must be found.
# Needs tlstax in target/release or by --tlstax, Python 3.11, openssl, and of the languages those that are here.
#
#   scripts/field.sh [--fast] [--only NAME…] [--runs N] [--condition quiet|loaded|quota] [--tlstax PATH]
#                    [--verdicts FILE] [--keep DIR] [--table] [--cases]
#
# --keep DIR keeps the JSON of each run as DIR/CASE-CONDITION-RUN.json, in place of an earlier one of that name.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
for python in python3 python3.11 python3.12 python3.13 python3.14; do
  if "$python" -c 'import tomllib' 2>/dev/null; then
    # With -B no compiled files are left in scripts/field. Programs that are run do not inherit that.
    exec "$python" -B "$here/field" "$@"
  fi
done
echo "field.sh: no Python 3.11 or newer on PATH" >&2
exit 2
