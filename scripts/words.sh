#!/usr/bin/env bash
# Lists lines whose wording docs/glossary.md advises against: comments, printed text and documentation. For whoever
# writes; it fails nothing, because a word can be right where it stands.
#
# usage: scripts/words.sh [FILE OR FOLDER]...
set -euo pipefail
cd "$(dirname "$0")/.."
words='answers?|answered|settled on|agreed on|recipe|had done its work|came by|let through|mend(s|ed|ing)?'
words+='|not to be told|whose bytes|who is told|what was learnt|went away|far end|taken up again|as it comes from the box'
paths=("$@")
[ ${#paths[@]} -gt 0 ] || paths=(README.md CONTRIBUTING.md docs crates benches habits/README.md)
# Of code, comments and strings alone: names of functions and fields are changed with their users.
git grep -nwE "$words" -- "${paths[@]}" ':!docs/glossary.md' ':!docs/schema' ':!docs/pictures' |
  grep -E '^[^:]*\.md:|//|"' || true
