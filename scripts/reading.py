#!/usr/bin/env python3
"""Draws comments, printed texts and paragraphs of the docs at random, for a reader who has not seen them before. What
that reader must read twice is rewritten. It fails nothing.

usage: scripts/reading.py [SEED [EACH]]    SEED is 1 and EACH, the number of each of the three kinds, is 10
"""

import pathlib
import random
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent


def rust_files():
    """The program's own sources, without those of tests."""
    return [path for path in sorted(ROOT.glob("crates/*/src/**/*.rs")) if "tests" not in path.parts]


def program(text):
    """What comes before a file's own tests."""
    return text.split("#[cfg(test)]")[0]


def comments(path):
    """Blocks of comment lines of 60 characters or more."""
    for block in re.findall(r"(?:^[ \t]*//.*\n)+", program(path.read_text()), re.M):
        text = " ".join(re.sub(r"^[ \t]*//[/!]?", "", line).strip() for line in block.splitlines())
        if len(text) >= 60:
            yield text


def printed(path):
    """String literals of four words or more, with their joined lines."""
    code = re.sub(r"^[ \t]*//.*$", "", program(path.read_text()), flags=re.M)
    for literal in re.findall(r'"((?:[^"\\]|\\.|\\\n)*)"', code):
        text = re.sub(r"\\\n\s*", "", literal)
        if len(re.findall(r"[A-Za-z]{2,}", text)) >= 4 and " " in text:
            yield text


def paragraphs(path):
    """Paragraphs of prose: no tables, code, headings or data."""
    text = re.sub(r"```.*?```", "", path.read_text(), flags=re.S)
    for block in re.split(r"\n\s*\n", text):
        if block.strip() and not re.match(r"\s*[|#<!\[]", block) and len(block) >= 80:
            yield " ".join(block.split())


def draw(title, found, each, seed):
    """Prints `each` of what was found; the same for the same seed and texts."""
    print(f"{title} ({len(found)} in all)\n")
    for number, (path, text) in enumerate(random.Random(seed).sample(found, min(each, len(found))), 1):
        print(f"{number}. {path.relative_to(ROOT)}\n   {text}\n")


def main():
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    each = int(sys.argv[2]) if len(sys.argv) > 2 else 10
    docs = [ROOT / "README.md", *sorted(ROOT.glob("docs/*.md"))]
    kinds = [
        ("Comments", rust_files(), comments),
        ("Printed texts", rust_files(), printed),
        ("Paragraphs", docs, paragraphs),
    ]
    for title, paths, texts in kinds:
        draw(title, [(path, text) for path in paths for text in texts(path)], each, seed)


main()
