#!/usr/bin/env bash
# Builds the site: the README and the docs by MkDocs, and the pages of the committed runs, drawn anew. Its links work
# from disk and from any path of a server.
#
# usage: [SITE_URL=https://…/] scripts/site.sh OUT
#
# OUT is made; it must not exist. Uses tlstax from PATH, or builds it. With SITE_URL, pages name the card of the
# reference run as their picture, drawn by Chromium, because who shows a link with a picture reads no SVG and no
# relative address.
set -euo pipefail
out=${1:?usage: scripts/site.sh OUT}
[ ! -e "$out" ] || { echo "site.sh: $out is there already: name another folder" >&2; exit 2; }
mkdir -p "$out"
out=$(cd "$out" && pwd)
cd "$(dirname "$0")/.."

tlstax=$(command -v tlstax || true)
if [ -z "$tlstax" ]; then
  cargo build --release --bin tlstax
  tlstax=target/release/tlstax
fi
# MkDocs, because links between the files as they stand in the repository work in it.
mkdocs=target/site-venv/bin/mkdocs
if [ ! -x "$mkdocs" ]; then
  python3 -m venv target/site-venv
  target/site-venv/bin/pip install --quiet 'mkdocs>=1.6,<2'
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/text"
git ls-files -z -- '*.md' 'docs' | xargs -0 cp --parents -t "$work/text"

# A page for each run that the docs speak of, and one for each observation.
pages=()
draw() {
  "$tlstax" report "$1" -o "$work/text/runs/$2" >/dev/null
  pages+=("- '$3': runs/$2/index.html")
}
draw results/matrix-split matrix 'The reference run'
draw results/profile profile 'Where the CPU time goes'
draw results/talk talk 'The talk, reproduced'
for run in results/scenarios/*/; do
  name=$(basename "$run")
  draw "$run" "$name" "Scenario: $name"
done
for run in results/observe/*/; do
  name=$(basename "$run")
  draw "$run" "observed-$name" "Observed: $name"
done

mkdir "$work/theme"
if [ -n "${SITE_URL-}" ]; then
  chromium=$(command -v chromium || command -v chromium-browser || command -v google-chrome) || {
    echo "site.sh: drawing the card needs Chromium: install it, or leave SITE_URL out" >&2
    exit 3
  }
  "$chromium" --headless --no-sandbox --disable-gpu --hide-scrollbars --window-size=1200,630 \
    --screenshot="$work/text/card.png" "file://$work/text/runs/matrix/card.svg" >/dev/null 2>&1
  cat >"$work/theme/main.html" <<'END'
{% extends "base.html" %}
{% block extrahead %}
<meta property="og:title" content="tlstax">
<meta property="og:description" content="{{ config.site_description }}">
<meta property="og:image" content="{{ config.site_url }}card.png">
<meta property="og:image:width" content="1200">
<meta property="og:image:height" content="630">
<meta name="twitter:card" content="summary_large_image">
{% endblock %}
END
fi

cat >"$work/mkdocs.yml" <<END
site_name: tlstax
site_description: What HTTPS costs a client, why a program's HTTPS is slow, and whether a change made it slower
docs_dir: $work/text
site_dir: $out
site_url: ${SITE_URL-}
use_directory_urls: false
theme:
  name: mkdocs
  custom_dir: $work/theme
  color_mode: auto
  highlightjs: false
markdown_extensions: [tables, fenced_code]
validation:
  links:
    # Some links lead to code, which the site does not have.
    not_found: info
    unrecognized_links: info
nav:
- Home: README.md
- Observe: docs/observe.md
- Findings: docs/findings.md
- Method: docs/methodology.md
- Runs:
$(printf '  %s\n' "${pages[@]}")
END
"$mkdocs" build --quiet --strict --config-file "$work/mkdocs.yml"
echo "Site: $out/index.html"
